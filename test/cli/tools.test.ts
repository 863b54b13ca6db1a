import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { startNode, withFile } from './process.ts'

vi.setConfig({ testTimeout: 60_000 })

const sample = readFileSync(new URL('../../config/samples/installation.yaml', import.meta.url), 'utf8')

test('with its modules a program runs by the Node that comes with them, with its arguments and its exit code', async () => {
  const code = 'console.log(process.versions.node, process.argv.slice(1).join()); process.exitCode = 3'
  const { code: ended, out } = await startNode(['hack/with-modules.mjs', '-e', code, 'a b', 'c']).ended
  expect(out).toMatch(/^2[2-9]\.\d+\.\d+ a b,c\n$/)
  expect(ended).toBe(3)
})

test('a signal reaches the program, and ends both', async () => {
  const program = startNode(['hack/with-modules.mjs', '-e', "setInterval(() => {}, 1000); console.log('up')"])
  await program.says(/up/)
  program.kill('SIGTERM')
  expect((await program.ended).code).not.toBe(0)
})

test('development shows after each save how the objects have changed, and where a file is wrong', async () => {
  await withFile('my.yaml', sample, async path => {
    const dev = startNode(['hack/dev.ts', path])
    await dev.says(/\d+ objects in \d+ ms\n {2}✔ calico\n[\s\S]*The first run with these files/)
    writeFileSync(path, sample.replace('VXLANCrossSubnet', 'IPIP'))
    await dev.says(/~ IPPool default-ipv4-ippool\n +spec\.ipipMode: "Never" → "Always"\n +spec\.vxlanMode: "CrossSubnet" → "Never"/)
    writeFileSync(path, 'kind: [')
    await dev.says(/failed [^\n]*my\.yaml:1:8: /)
    dev.kill('SIGTERM')
    await dev.ended
  })
})
