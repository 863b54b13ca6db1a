/**
 * A block of lines in a terminal that is drawn over itself, and lines for where there is none. Knows nothing of what the lines say.
 * Libraries for this (ora, listr2, log-update) bring a clock, timers and ten to twenty packages of their own; what is needed of them is these two sequences.
 */
import { stripVTControlCharacters, styleText } from 'node:util'

/** Where to write; process.stdout is one. */
export interface Output {
  write(text: string): unknown
  isTTY?: boolean
  columns?: number
  rows?: number
}

export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan'
export type Paint = (style: Style, text: string) => string

/** Colours where the output is a terminal and NO_COLOR is not set; FORCE_COLOR asks for them elsewhere. https://no-color.org */
export function painter(output: Output, env: Readonly<Record<string, string | undefined>>): Paint {
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0'
  const coloured = !env.NO_COLOR && env.TERM !== 'dumb' && (forced || output.isTTY === true)
  return (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text)
}

const sequence = '\u001b['
const [hide, show] = [`${sequence}?25l`, `${sequence}?25h`]

/** Lines that are drawn again in place. Where the output is no terminal, `draw` does nothing and `say` is all there is. */
export class Screen {
  readonly #output: Output
  #drawn = 0

  constructor(output: Output) {
    this.#output = output
  }

  get live(): boolean {
    return this.#output.isTTY === true
  }

  get width(): number {
    return Math.min(Math.max(this.#output.columns ?? 100, 40), 120)
  }

  /** Replaces what was drawn last. What does not fit in height is left out, at the end. */
  draw(lines: readonly string[]): void {
    if (!this.live) return
    const fitting = lines.slice(0, (this.#output.rows ?? 50) - 1).map(line => cut(line, (this.#output.columns ?? 100) - 1))
    this.#output.write(`${hide}${this.#back()}${fitting.map(line => `${line}\n`).join('')}`)
    this.#drawn = fitting.length
  }

  /** Lines that stay, above what is drawn next. */
  say(lines: readonly string[]): void {
    this.#output.write(`${this.#back()}${lines.map(line => `${line}\n`).join('')}`)
    this.#drawn = 0
  }

  /** Takes away what is drawn, and shows the cursor again. */
  clear(): void {
    if (this.live) this.#output.write(`${this.#back()}${show}`)
    this.#drawn = 0
  }

  /** To the first of the drawn lines, and everything from there on empty. */
  #back(): string {
    return this.#drawn > 0 ? `${sequence}${this.#drawn}A\r${sequence}0J` : ''
  }
}

/** The text without colours is at most so wide; one character is one column here. */
export function cut(line: string, width: number): string {
  if (stripVTControlCharacters(line).length <= width) return line
  const [plain = '', ...coloured] = line.split(sequence)
  let out = plain.slice(0, width - 1)
  let left = width - 1 - plain.length
  for (const part of coloured) {
    const end = part.indexOf('m') + 1
    out += sequence + part.slice(0, end) + part.slice(end, end + Math.max(left, 0))
    left -= part.length - end
  }
  return `${out}…`
}

/** Padded by what is seen. */
export const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - stripVTControlCharacters(text).length))

/** Words in lines of at most so many columns. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = ['']
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1)!
    if (line !== '' && line.length + 1 + stripVTControlCharacters(word).length > width) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}
