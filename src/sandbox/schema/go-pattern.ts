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
  const [, letters = '', rest = pattern] = /^\(\?([ims]+)\)(.*)$/s.exec(pattern) ?? []
  const source = rest
    .replaceAll(/\[:(\w+):\]/g, (all, name: string) => posix[name] ?? all)
    .replaceAll(/\\([\\Az])/g, (_, char: string) => ({ A: '^', z: '$' })[char] ?? '\\\\')
    .replaceAll('(?P<', '(?<')
  try {
    return new RegExp(source, `${letters}u`)
  } catch {
    // Escapes that are needless, as \_ or \-, are errors with the u flag only.
    return new RegExp(source, letters)
  }
}
