/** YAML as Kubernetes' own readers have it, which is neither version 1.1 nor 1.2. Reads text; knows no object. */
import { LineCounter, parseDocument, type Tags } from 'yaml'

/** They are of YAML 1.1: a bare `yes` is a boolean, 0644 is octal. But `y` and `n` they take as text, and so dates, 12:30, and what has no digit before an `e`. */
export const kubernetesTags = (tags: Tags): Tags => [
  {
    identify: value => typeof value === 'boolean',
    default: true,
    tag: 'tag:yaml.org,2002:bool',
    test: /^(?:[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON|[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/,
    resolve: (text: string) => /^(?:y|t|on)/i.test(text),
  },
  ...tags.flatMap((tag): Tag[] => (typeof tag === 'string' ? [tag] : asKubernetesHasIt(tag))),
]

type Tag = Tags[number]

function asKubernetesHasIt(tag: Exclude<Tag, string>): Tag[] {
  const type = tag.tag.split(':').at(-1)
  if (type === 'bool' || type === 'timestamp' || ('format' in tag && tag.format === 'TIME')) return []
  if (type !== 'float' || !('test' in tag) || !tag.test || tag.test.test('.nan')) return [tag]
  return [{ ...tag, test: new RegExp(`^(?=[-+]?\\.?[0-9])${tag.test.source.slice(1)}`) }]
}

/** Aliases that stand for so much more are an attack. */
const mostAliases = 100

/** The value of a text with one document, null when it is empty; or what keeps it from being read, each with its line and column. */
export function readYaml(text: string): { value: unknown } | { faults: string[] } {
  const lines = new LineCounter()
  const document = parseDocument(text, { version: '1.1', customTags: kubernetesTags, lineCounter: lines, prettyErrors: false })
  const faults = document.errors.map(({ message, pos: [at] }) => {
    const { line, col } = lines.linePos(at)
    return `line ${line}, column ${col}: ${message.split('\n')[0]!.replace(/:?\s*$/, '')}`
  })
  if (faults.length > 0) return { faults }
  try {
    return { value: document.toJS({ maxAliasCount: mostAliases }) }
  } catch (error) {
    return { faults: [error instanceof Error ? error.message : String(error)] }
  }
}
