/** Objects written as `JSONPatch{op: "add"}`, which cel-js cannot read, made into calls with a map. Never looks inside strings. */

const text = /[rRbB]{0,2}(?:""".*?"""|'''.*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/
const tokens = new RegExp(`(?<text>${text.source})|\\b(?<literal>JSONPatch|Object)(?:\\.\\w+)*\\s*\\{|(?<field>\\w+)(?=\\s*:)|\\w+|.`, 'gs')

/**
 * `JSONPatch{op: "add"}` → `JSONPatch({"op": "add"})`. Field names become keys; braces of plain maps stay as they are.
 * https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/
 */
export function rewriteLiterals(expression: string): string {
  if (!/\b(JSONPatch|Object)\b/.test(expression)) return expression
  const open: Bracket[] = []
  /** Whether the name of a field may come next. */
  let fresh = false
  let result = ''
  for (const { 0: token, groups: { literal, field } = {} } of expression.matchAll(tokens)) {
    if (literal) result += `${literal}({`
    else if (fresh && field) result += JSON.stringify(field)
    else result += closed(token, open)
    if (literal) open.push('literal')
    else if (/^[{[(]$/.test(token)) open.push('other')
    if (token.trim() !== '') fresh = Boolean(literal) || (token === ',' && open.at(-1) === 'literal')
  }
  return result
}

/** What an open bracket belongs to. */
type Bracket = 'literal' | 'other'

const closed = (token: string, open: Bracket[]): string => (/^[}\])]$/.test(token) && open.pop() === 'literal' ? `${token})` : token)
