import { expect, test } from 'vitest'
import { OperatorProcess } from './operator-process.ts'

const script = (text: string) => new OperatorProcess({ program: process.execPath, args: ['-e', text] }, { GREETING: 'hello' })

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setTimeout(resolve, 5))
}

test('a process has the environment that it is given and no other, and is heard', async () => {
  const operator = script('console.log(process.env.GREETING, process.env.PATH); setInterval(() => {}, 1000)')
  await until(() => operator.log() !== '')
  expect(operator.log()).toBe('hello undefined\n')
  await operator.close()
})

test.skipIf(process.platform !== 'linux')('what it costs is known while it runs', async () => {
  const operator = script('const kept = Buffer.alloc(64 << 20, 1); console.log(kept.length); setInterval(() => {}, 1000)')
  await until(() => operator.log() !== '')
  expect(operator.peakRss()).toBeGreaterThan(64)
  expect(operator.cpu()).toBeGreaterThan(0)
  await operator.close()
})

test('one that ends by itself is told of, with its last words', async () => {
  const operator = script('console.error("no cluster here"); process.exitCode = 3')
  const told = () => {
    try {
      operator.check()
    } catch (error) {
      return (error as Error).message
    }
    return undefined
  }
  await until(() => told() !== undefined)
  expect(told()).toBe('the operator ended: exit code 3\nno cluster here\n')
  await operator.close()
})

test('one that is asked to end may take its time, and that is no fault', async () => {
  const operator = script(
    'process.on("SIGTERM", () => { console.log("bye"); process.exit(0) }); console.log("up"); setInterval(() => {}, 1000)',
  )
  await until(() => operator.log().includes('up'))
  await operator.close()
  expect(operator.log()).toBe('up\nbye\n')
  expect(() => operator.check()).not.toThrow()
})
