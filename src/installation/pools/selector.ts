/** Whether Calico's programs can read a selector (https://docs.tigera.io/calico/latest/reference/resources/ippool#node-selector). Never asks what it selects. */

const key = '[A-Za-z0-9_./-]{1,512}(?![A-Za-z0-9_./-])'
const text = `(?:'[^']*'|"[^"]*")`
const list = `\\{\\s*(?:${text}(?:\\s*,\\s*${text})*)?\\s*\\}`

/** What says something by itself: of all, of a key, or of a key and its value. */
const condition = new RegExp(
  [
    '(?:all|global)\\(\\s*\\)',
    `has\\(\\s*${key}\\s*\\)`,
    `${key}\\s*(?:==|!=|contains|starts\\s*with|ends\\s*with)\\s*${text}`,
    `${key}\\s*(?:not\\s*in|in)\\s*${list}`,
  ].join('|'),
  'g',
)

/** Stands for a condition; no selector has one of its own. */
const mark = '\u0000'
const longest = 4096

/** Conditions are joined by && and ||, turned around by !, and held together by brackets: so whatever can be read shrinks to one. */
export function isSelector(selector: string): boolean {
  if (selector.length > longest || selector.includes(mark)) return false
  let rest = selector.replace(condition, mark).replace(/[ \t]/g, '')
  for (let before = ''; before !== rest; ) {
    before = rest
    rest = rest
      .replaceAll(`!${mark}`, mark)
      .replaceAll(`(${mark})`, mark)
      .replaceAll(`${mark}&&${mark}`, mark)
      .replaceAll(`${mark}||${mark}`, mark)
  }
  return rest === mark
}
