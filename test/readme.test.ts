/** What the README tells people to type and to look at is there: scripts, paths, flags. Runs what needs no cluster. */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const pages = ['README.md', ...globSync('docs/*.md', { cwd: root })].map(name => ({ name, text: readFileSync(join(root, name), 'utf8') }))
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }

/** Lines of shell blocks, and what is quoted within a sentence. */
const commands = pages.flatMap(({ text }) => [
  ...[...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
    block.split('\n').filter(line => line && !line.startsWith('#')),
  ),
  ...[...text.matchAll(/`(npm [^`\n]+)`/g)].map(([, command = '']) => command),
])

test('every npm script that is named exists', () => {
  const named = pages.flatMap(({ name, text }) =>
    [...text.matchAll(/npm (?:run (?:-s )?([a-z]+(?:[:-][a-z]+)*)|(test|start)\b)/g)].map(([, script, short]) => ({
      name,
      script: script ?? short ?? '',
    })),
  )
  expect(named.length).toBeGreaterThan(5)
  expect(named.filter(({ script }) => !(script in scripts))).toEqual([])
})

test('what the README names starts where nothing is installed yet, with whatever Node there is', () => {
  const plain = Object.entries(scripts).filter(([, script]) => /(^|&& )node (?!hack\/with-modules\.mjs)/.test(script))
  expect(plain).toEqual([])
})

test('every link leads to a file', () => {
  const links = pages.flatMap(({ name, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(([, link = '']) => ({ name, link })),
  )
  expect(links.length).toBeGreaterThan(0)
  expect(links.filter(({ name, link }) => !existsSync(join(root, dirname(name), link)))).toEqual([])
})

test('every file and folder of the project that is named exists', () => {
  const roots = ['api', 'src', 'config', 'docs', 'test', 'hack']
  const within = ['', 'src', 'test']
  const named = pages.flatMap(({ name, text }) =>
    [...text.matchAll(/`([a-z][\w.-]*\/[\w./-]*\w)`/g)].map(([, path = '']) => ({ name, path })),
  )
  const ours = named.filter(({ path }) => {
    const first = path.split('/')[0] ?? ''
    return roots.includes(first) || existsSync(join(root, 'src', first))
  })
  expect(ours.length).toBeGreaterThan(5)
  expect(ours.filter(({ path }) => !within.some(folder => existsSync(join(root, folder, path))))).toEqual([])
})

test('the commands that need no cluster run as they are written', () => {
  const offline = commands.filter(line => /^npm run operator -- (render|capabilities)/.test(line))
  expect(offline.length).toBeGreaterThan(0)
  for (const line of offline) {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', line.replace('npm run', 'npm run -s')], { cwd: root, encoding: 'utf8' })
    expect({ line, status, stderr: stderr.replaceAll(/^npm warn .*\n/gm, '') }).toEqual({ line, status: 0, stderr: '' })
    expect(stdout).not.toBe('')
  }
})
