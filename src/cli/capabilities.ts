/** Prints what goes with what and which rules an Installation has to follow: the very tables that are checked, so that they cannot say anything else. */
import { limited, notInstalled, type Unsupported, unsupported, unsupportedPools } from '../installation/capabilities.ts'
import { conditions } from '../installation/refusals.ts'
import { limits, rules } from '../installation/rules.ts'
import { wrapped } from './terminal.ts'

export type Form = 'text' | 'json'

type Row = Pick<Unsupported, 'id' | 'path' | 'because' | 'remedy'> & { when: object }

const wide = 100

/** What cannot be had together, and what can be had only in part. */
export function capabilities(form: Form): string {
  const rows = (table: readonly Row[]) => table.map(({ id, path, when, because, remedy }) => ({ id, path, when, because, remedy }))
  if (form === 'json') return json({ refused: rows([...unsupported, ...unsupportedPools]), limited: rows(limited), notInstalled })
  return [
    heading('Refused', 'An Installation that asks for one of these is Degraded; nothing is changed until it no longer does.'),
    ...byPath([...unsupported, ...unsupportedPools], described),
    heading('Accepted, and less than one would expect', 'These are told as warnings of TigeraStatus calico.'),
    ...byPath(limited, described),
    heading('Not installed', 'A resource of one of these kinds is Degraded, and nothing is made for it.'),
    ...notInstalled.map(({ kind, because, remedy }) => item(kind, [`${because}.`, `${remedy}.`])),
  ].join('\n')
}

/** Every rule of validation, in the order in which they are checked. */
export function ruleList(form: Form): string {
  if (form === 'json') return json({ rules, limits })
  const said = ({ id, says }: { id: string; says: string }) => item(id, [says])
  return [
    heading('Rules', 'All violations are told at once, each with its field and what to do.'),
    ...byPath(rules, said),
    heading('Limits', 'Accepted, and told as warnings.'),
    ...byPath(limits, said),
  ].join('\n')
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

const heading = (title: string, what: string): string => `${title}\n${'─'.repeat(title.length)}\n${what}\n`

/** Rows of one field stand together, under its name. */
function byPath<T extends { path: string }>(rows: readonly T[], show: (row: T) => string): string[] {
  const paths = [...new Set(rows.map(({ path }) => path))]
  return paths.map(
    path =>
      `${path}\n${rows
        .filter(row => row.path === path)
        .map(show)
        .join('')}`,
  )
}

/** `{cni}` stands for the value that the user wrote. */
const described = ({ id, when, because, remedy }: Row): string =>
  item(id, [`with ${conditions(when)}`, `${because.replaceAll(/\{(\w+)\}/g, '<$1>')}.`, `${remedy}.`])

const item = (id: string, texts: readonly string[]): string =>
  `  ${id}\n${texts.flatMap(text => wrapped(text, wide - 6).map(line => `      ${line}\n`)).join('')}`
