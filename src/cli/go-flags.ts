/** Turns flags as Go programs take them (`-manage-crds`, `--enable-leader-election=false`) into those that the command line's parser knows. */

/** One dash before a word becomes two, up to `--`. Single letters and all else stay as they are. https://pkg.go.dev/flag#hdr-Command_line_flag_syntax */
export function fromGo(args: readonly string[]): string[] {
  const end = args.indexOf('--')
  return args.map((arg, index) => (end >= 0 && index >= end ? arg : arg.replace(/^-(?=[a-z][a-z0-9-]+(=|$))/s, '--')))
}

/** Go's strconv.ParseBool; undefined for what is no truth. https://pkg.go.dev/strconv#ParseBool */
export function truth(text: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text) ? false : undefined
}
