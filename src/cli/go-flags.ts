/** Turns flags as Go programs take them (`-manage-crds`, `--enable-leader-election=false`) into those that the command line's parser knows. */

/** Go's strconv.ParseBool. https://pkg.go.dev/strconv#ParseBool */
const truths = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map(text => [text, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map(text => [text, false] as const),
])

/** One dash becomes two; of the named boolean flags `=true` becomes the bare flag and `=false` its `--no-` form. Other words stay as they are. */
export function fromGo(args: readonly string[], booleans: ReadonlySet<string>): string[] {
  return args.map(arg => {
    const [, name, value] = /^--?([a-z][a-z0-9-]+)(?:=(.*))?$/s.exec(arg) ?? []
    if (name === undefined) return arg
    if (value === undefined) return `--${name}`
    const truth = booleans.has(name) ? truths.get(value) : undefined
    if (truth === undefined) return `--${name}=${value}`
    return truth ? `--${name}` : `--no-${name}`
  })
}
