/** YAML to the byte as Go writes JSON-like data: a ConfigMap is compared as text, so that another spelling would be a difference. Never reads YAML. */
import type { Json } from '../../kube/objects.ts'

/** Block style, keys sorted, lists as far in as their key; ends with a line break. */
export const goYaml = (value: { [key: string]: Json }): string => `${block(value, '').replace(/^\n/, '').trimStart()}\n`

/** What follows a key or a dash: a scalar on the same line, or a block below. */
function block(value: Json, indent: string): string {
  if (Array.isArray(value)) return value.length === 0 ? ' []' : value.map(item => `\n${indent}-${itemBlock(item, indent)}`).join('')
  if (typeof value !== 'object' || value === null) return ` ${scalar(value, indent)}`
  const keys = Object.keys(value).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return keys.length === 0
    ? ' {}'
    : keys.map(key => `\n${indent}${key.includes('\n') ? JSON.stringify(key) : text(key, indent)}:${inside(value[key]!, indent)}`).join('')
}

const inside = (value: Json, indent: string): string => block(value, Array.isArray(value) ? indent : `${indent}  `)

/** The first line of what is in a list stands behind the dash. */
function itemBlock(value: Json, indent: string): string {
  const deeper = `${indent}  `
  return block(value, deeper).replace(/^\n +/, ' ')
}

function scalar(value: Exclude<Json, object>, indent: string): string {
  return typeof value === 'string' ? text(value, indent) : String(value)
}

/** What would be read as something else than text. */
const otherTypes =
  /^(|~|null|Null|NULL|true|True|TRUE|false|False|FALSE|y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF|<<|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)|[-+]?(0x[0-9a-fA-F_]+|0o?[0-7_]+|0b[01_]+|[0-9][0-9_]*)|[-+]?(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?|\d{4}-\d{1,2}-\d{1,2}.*)$/

/** It would be read as something else than what it is, as a comment, a list or the end of a document. */
function needsQuotes(value: string): boolean {
  if (/: |:$| #|\s$|^(---|\.\.\.)/.test(value)) return true
  return /^[\s\-?:,[\]{}#&*!|>'"%@`]/.test(value) && !/^[-?:][^\s,[\]{}]/.test(value)
}

function text(value: string, indent: string): string {
  if (otherTypes.test(value) || /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]/.test(value)) return JSON.stringify(value)
  // A block without anything in it is read in different ways, and one with spaces at the end of a line loses them in editors.
  if (value.includes('\n')) return value.trim() === '' || / (\n|$)/.test(value) ? JSON.stringify(value) : lines(value, indent)
  return needsQuotes(value) ? `'${value.replaceAll("'", "''")}'` : value
}

function lines(value: string, indent: string): string {
  const ends = /\n*$/.exec(value)![0].length
  const mark = ends === 0 ? '-' : ends === 1 ? '' : '+'
  const hint = value.startsWith(' ') || value.startsWith('\n') ? '2' : ''
  const all = value.replace(/\n$/, '').split('\n')
  return `|${hint}${mark}${all.map(line => `\n${line === '' ? '' : `${indent}${line}`}`).join('')}`
}
