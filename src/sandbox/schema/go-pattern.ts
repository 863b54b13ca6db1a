/** Regular expressions as Go writes them, made into JavaScript's. Never runs one. */

const cache = new Map<string, RegExp>()
const posix: Record<string, string> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  digit: '0-9',
  lower: 'a-z',
  upper: 'A-Z',
  punct: '!-/:-@\\[-`{-~',
  space: '\\s',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
}

/**
 * Of a pattern in RE2's syntax. Throws SyntaxError when it is not one, or uses what JavaScript lacks.
 * RE2 has no look-around and no back references; that a pattern of JavaScript's has them is not noticed.
 */
export function goPattern(pattern: string): RegExp {
  const known = cache.get(pattern)
  if (known) return known
  const compiled = compile(pattern)
  cache.set(pattern, compiled)
  return compiled
}

function compile(pattern: string): RegExp {
  const source = scopedFlags(pattern)
    .replaceAll(/\[:(\w+):\]/g, (all, name: string) => posix[name] ?? all)
    .replaceAll(/\\([\\Az])/g, (_, char: string) => ({ A: '^', z: '$' })[char] ?? '\\\\')
    .replaceAll('(?P<', '(?<')
  try {
    return new RegExp(source, 'u')
  } catch {
    // Escapes that are needless, as \_ or \-, are errors with the u flag only.
    return new RegExp(source)
  }
}

/** `a(?i)b` → `a(?i:b)`: in Go a flag holds to the end of the group it stands in, in JavaScript it has a group of its own. */
function scopedFlags(pattern: string): string {
  if (!/\(\?[imsU-]+\)/.test(pattern)) return pattern
  /** How many groups of our own are open inside each open group. */
  const open = [0]
  const tokens = pattern.match(/\\.|\[(?:\\.|[^\]\\])*\]|\(\?[ims-]+\)|\(|\)|[^\\[()]+|./gs) ?? []
  const scoped = tokens.map(token => {
    if (/^\(\?[ims-]+\)$/.test(token)) {
      open[open.length - 1]!++
      return `${token.slice(0, -1)}:`
    }
    if (token === '(') open.push(0)
    return token === ')' ? `${')'.repeat(open.pop() ?? 0)})` : token
  })
  return scoped.join('') + ')'.repeat(open.pop() ?? 0)
}
