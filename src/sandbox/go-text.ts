/** Values as Go prints them: some of the server's answers show them so. */
import { isMap } from '../kube/objects.ts'

/** As Go prints a value's type. */
export function goType(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}'
  if (typeof value === 'object') return 'map[string]interface {}'
  return typeof value === 'boolean' ? 'bool' : 'string'
}

/** As Go prints a value: `[1 x]`, `map[a:1]`. */
export function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (isMap(value))
    return `map[${keys(value)
      .map(name => `${name}:${goText(value[name])}`)
      .join(' ')}]`
  return value === null ? '<nil>' : String(value)
}

/** As Go writes a value in a program: `[]interface {}{1, "x"}`. */
export function goCode(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goCode).join(', ')}}`
  if (isMap(value))
    return `map[string]interface {}{${keys(value)
      .map(name => `${JSON.stringify(name)}:${goCode(value[name])}`)
      .join(', ')}}`
  return value === null ? 'interface {}(nil)' : JSON.stringify(value)
}

const keys = (map: object) => Object.keys(map).sort()
