/** The worked examples of the documentation keep up with the code: what they import is there, under that name. Runs none of them. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

interface Example {
  /** Where it would lie. */
  path: string
  code: string
}

/** Blocks of code that say in their first line which file they are. */
const examples = globSync('docs/*.md', { cwd: root })
  .map(page => readFileSync(join(root, page), 'utf8'))
  .flatMap(text =>
    [...text.matchAll(/^```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)^```/gm)].map(([, path = '', code = '']): Example => ({ path, code })),
  )

const imports = examples.flatMap(({ path, code }) =>
  [...code.matchAll(/^import (?:type )?\{([^}]*)\} from '(\.[^']+)'/gm)].flatMap(([, names = '', from = '']) =>
    names.split(',').map(name => ({ file: join(dirname(path), from), name: name.replace(/\btype |\bas \w+/g, '').trim() })),
  ),
)

/** With what it hands on as a whole. */
function textOf(file: string): string {
  const example = examples.find(({ path }) => path === file)
  if (example) return example.code
  if (!existsSync(join(root, file))) return ''
  const text = readFileSync(join(root, file), 'utf8')
  return [
    text,
    ...[...text.matchAll(/^export (?:type )?\* from '(\.[^']+)'/gm)].map(([, from = '']) => textOf(join(dirname(file), from))),
  ].join('\n')
}

/** By itself or in a list. */
const exports = (text: string, name: string): boolean =>
  new RegExp(`export (?:(?:async )?(?:const|function|interface|type|class) ${name}\\b|(?:type )?\\{[^}]*\\b${name}\\b[^}]*\\})`).test(text)

test('every name that an example imports is exported where it says', () => {
  expect(imports.length).toBeGreaterThan(20)
  expect(imports.filter(({ file, name }) => !exports(textOf(file), name))).toEqual([])
})
