import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { frame, news, type Scene } from './progress.ts'
import { cut, painter, Screen, wrapped } from './terminal.ts'

const scene: Scene = {
  nodes: { ready: 2, wanted: 3 },
  statuses: [
    {
      name: 'calico',
      state: 'progressing',
      message: 'DaemonSet "calico-system/calico-node" is not available (awaiting 1 nodes)\nDeployment',
    },
    { name: 'tiers', state: 'available', message: 'All objects available' },
  ],
  workloads: [{ kind: 'DaemonSet', name: 'calico-node', ready: 2, wanted: 3 }],
}
const plain = painter({ write: () => undefined }, {})

/** What a terminal of so many lines shows after all that was written to it: enough of one for cursor movement and erasing. */
class Terminal {
  readonly isTTY = true
  columns = 100
  rows = 50
  lines: string[] = ['']
  #row = 0

  write(text: string): void {
    const [first = '', ...rest] = text.split('\u001b')
    this.#print(first)
    for (const part of rest) {
      const [code = '', count, letter] = /^\[\??(\d*)([A-Za-z])/.exec(part) ?? []
      if (letter === 'A') this.#row -= Number(count || 1)
      if (letter === 'J') this.lines.length = this.#row
      this.#print(part.slice(code.length))
    }
  }

  #print(text: string): void {
    for (const line of text.split(/(?<=\n)/)) this.#put(line.replace('\r', ''))
  }

  #put(text: string): void {
    this.lines[this.#row] = (this.lines[this.#row] ?? '') + text.replace('\n', '')
    if (text.endsWith('\n')) this.#row++
  }

  get shown(): string[] {
    return this.lines.slice(0, this.#row)
  }
}

test('a frame shows what is reported, then what runs, each aligned', () => {
  const lines = frame(scene, { width: 80, paint: plain, beat: 0 })
  expect(lines).toEqual([
    '',
    '  TigeraStatus',
    '    ⠋ calico  DaemonSet "calico-system/calico-node" is not available (awaitin…',
    '    ✔ tiers   All objects available',
    '',
    '  ready',
    '      nodes        ████████████████░░░░░░░░  2 of 3',
    '      calico-node  ████████████████░░░░░░░░  2 of 3',
    '',
  ])
})

test('what is degraded is marked so, and how much more there is to read', () => {
  const degraded: Scene = { ...scene, statuses: [{ name: 'calico', state: 'degraded', message: 'a\nb\nc' }] }
  expect(frame(degraded, { width: 80, paint: plain, beat: 0 })[2]).toBe('    ✖ calico  a (and 2 more)')
})

test('news are what has changed, a line each', () => {
  expect(news(undefined, scene)).toEqual([
    'all nodes: 2 of 3 ready',
    'DaemonSet calico-node: 2 of 3 ready',
    'TigeraStatus calico is progressing: DaemonSet "calico-system/calico-node" is not available (awaiting 1 nodes); Deployment',
    'TigeraStatus tiers is available: All objects available',
  ])
  const namesakes: Scene = { ...scene, workloads: [...scene.workloads, { kind: 'Deployment', name: 'calico', ready: 1, wanted: 1 }] }
  expect(news(namesakes, namesakes)).toEqual([])
  expect(news(scene, scene)).toEqual([])
  expect(news(scene, { ...scene, nodes: { ready: 3, wanted: 3 } })).toEqual(['all nodes: 3 of 3 ready'])
})

test('a block is drawn over the one before, whether it is longer or shorter', () => {
  const terminal = new Terminal()
  const screen = new Screen(terminal)
  screen.say(['first'])
  screen.draw(['a', 'b', 'c'])
  screen.draw(['d'])
  expect(terminal.shown).toEqual(['first', 'd'])
  screen.draw(['e', 'f'])
  screen.say(['stays'])
  screen.draw(['g'])
  expect(terminal.shown).toEqual(['first', 'stays', 'g'])
  screen.clear()
  expect(terminal.shown).toEqual(['first', 'stays'])
})

test('nothing is drawn that would scroll or wrap, for it could not be drawn over', () => {
  const terminal = new Terminal()
  terminal.rows = 3
  terminal.columns = 5
  new Screen(terminal).draw(['123456789', '2', '3', '4'])
  expect(terminal.shown).toEqual(['123…', '2'])
})

test('where there is no terminal, only what stays is written', () => {
  const written: string[] = []
  const screen = new Screen({ write: text => written.push(text) })
  screen.draw(['a'])
  screen.say(['b'])
  screen.clear()
  expect(written).toEqual(['b\n'])
})

test('colours are for terminals, unless NO_COLOR or FORCE_COLOR say otherwise', () => {
  const terminal = new Terminal()
  const isPainted = (output: { write(text: string): unknown; isTTY?: boolean }, env: Record<string, string>) =>
    painter(output, env)('red', 'x') !== 'x'
  expect(isPainted(terminal, {})).toBe(true)
  expect(isPainted(terminal, { NO_COLOR: '1' })).toBe(false)
  expect(isPainted(terminal, { TERM: 'dumb' })).toBe(false)
  expect(isPainted({ write: () => undefined }, {})).toBe(false)
  expect(isPainted({ write: () => undefined }, { FORCE_COLOR: '1' })).toBe(true)
})

test('a coloured line is cut by what is seen', () => {
  const red = painter(new Terminal(), {})
  const line = `${red('red', 'abc')}def${red('green', 'ghi')}`
  expect(stripVTControlCharacters(cut(line, 6))).toBe('abcde…')
  expect(cut(line, 9)).toBe(line)
  expect(cut(line, 6).endsWith('…')).toBe(true)
})

test('words are wrapped between them', () => {
  expect(wrapped('a bb  ccc dddd', 6)).toEqual(['a bb', 'ccc', 'dddd'])
})
