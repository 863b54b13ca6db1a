/** Kubernetes' CEL functions on strings: CEL's extension, regular expressions, URLs and named formats. https://kubernetes.io/docs/reference/using-api/cel/ */
import { type Environment, Optional } from '@marcbachmann/cel-js'
import { hasFormat } from '../schema/formats.ts'
import { goPattern } from '../schema/go-pattern.ts'
import { dns1035Label, dnsLabel, dnsSubdomain, labelKey, labelValue, type NameRule } from '../schema/names.ts'
import { formatted } from './format.ts'

class FormatNamespace {}
/** A form that texts can be asked to have: `format.dns1123Label()`. */
class NamedFormat {
  readonly rule: NameRule
  constructor(rule: NameRule) {
    this.rule = rule
  }
}

const prefixOf =
  (rule: NameRule): NameRule =>
  value =>
    rule(value.endsWith('-') ? `${value}a` : value)
const byFormat =
  (name: string): NameRule =>
  value =>
    hasFormat(name, value) ? [] : [`invalid ${name}`]
const named: Record<string, NameRule> = {
  dns1123Label: dnsLabel,
  dns1123Subdomain: dnsSubdomain,
  dns1035Label,
  qualifiedName: labelKey,
  dns1123LabelPrefix: prefixOf(dnsLabel),
  dns1123SubdomainPrefix: prefixOf(dnsSubdomain),
  dns1035LabelPrefix: prefixOf(dns1035Label),
  labelValue,
  ...Object.fromEntries(['uri', 'uuid', 'byte', 'date', 'datetime'].map(name => [name, byFormat(name)])),
}

export function registerText(environment: Environment): void {
  registerStrings(environment)
  registerPatterns(environment)
  registerUrls(environment)
  registerFormats(environment)
}

function registerStrings(environment: Environment): void {
  environment
    .registerFunction('string.charAt(int): string', (text: string, index: bigint) => charAt(text, Number(index)))
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) => text.split(from).join(to))
    .registerFunction('string.replace(string, string, int): string', (...[text, from, to, times]: [string, string, string, bigint]) =>
      replaceSome(text.split(from), { from, to, times }),
    )
    .registerFunction('string.reverse(): string', (text: string) => [...text].reverse().join(''))
    .registerFunction('string.format(list<dyn>): string', (template: string, values: unknown[]) => formatted(template, values))
}

function charAt(text: string, index: number): string {
  const chars = [...text]
  if (index < 0 || index > chars.length) throw new Error(`index out of range: ${index}`)
  return chars[index] ?? ''
}

function replaceSome(parts: string[], { from, to, times }: { from: string; to: string; times: bigint }): string {
  const end = times < 0n ? parts.length : Number(times) + 1
  return [parts.slice(0, end).join(to), ...parts.slice(end)].join(from)
}

function registerPatterns(environment: Environment): void {
  const all = (text: string, pattern: string) => [...text.matchAll(new RegExp(goPattern(pattern), 'gu'))].map(([found]) => found)
  environment
    .registerFunction('matches(string, string): bool', (text: string, pattern: string) => goPattern(pattern).test(text))
    .registerFunction('string.find(string): string', (text: string, pattern: string) => goPattern(pattern).exec(text)?.[0] ?? '')
    .registerFunction('string.findAll(string): list<string>', all)
    .registerFunction('string.findAll(string, int): list<string>', (text: string, pattern: string, limit: bigint) =>
      limit < 0n ? all(text, pattern) : all(text, pattern).slice(0, Number(limit)),
    )
}

const isUrl = (text: string) => /^([a-zA-Z][a-zA-Z0-9+.-]*:|\/)[^\s]*$/.test(text) && (text.startsWith('/') || URL.canParse(text))

function registerUrls(environment: Environment): void {
  const parse = (text: string) => {
    if (!isUrl(text))
      throw new Error(`URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`)
    return new Url(text)
  }
  environment.registerType('kubernetes.URL', Url)
  environment
    .registerFunction('url(string): kubernetes.URL', parse)
    .registerFunction('isURL(string): bool', isUrl)
    .registerFunction('kubernetes.URL.getScheme(): string', ({ url }: Url) => url?.protocol.slice(0, -1) ?? '')
    .registerFunction('kubernetes.URL.getHost(): string', ({ url }: Url) => url?.host ?? '')
    .registerFunction('kubernetes.URL.getHostname(): string', ({ url }: Url) => url?.hostname.replace(/^\[|\]$/g, '') ?? '')
    .registerFunction('kubernetes.URL.getPort(): string', ({ url }: Url) => url?.port ?? '')
    .registerFunction('kubernetes.URL.getEscapedPath(): string', ({ text, url }: Url) => url?.pathname ?? text.replace(/\?.*$/, ''))
    .registerFunction('kubernetes.URL.getQuery(): map<string, list<string>>', query)
}

/** An absolute URL, or a path. */
class Url {
  readonly text: string
  readonly url: URL | undefined
  constructor(text: string) {
    this.text = text
    this.url = text.startsWith('/') ? undefined : new URL(text)
  }
}

function query({ text }: Url): Record<string, string[]> {
  const parameters = new URLSearchParams(/\?([^#]*)/.exec(text)?.[1] ?? '')
  return Object.fromEntries([...new Set(parameters.keys())].map(name => [name, parameters.getAll(name)]))
}

function registerFormats(environment: Environment): void {
  environment.registerType('FormatNamespace', FormatNamespace).registerType('kubernetes.NamedFormat', NamedFormat)
  environment.registerConstant('format', 'FormatNamespace', new FormatNamespace())
  for (const [name, rule] of Object.entries(named)) {
    environment.registerFunction(`FormatNamespace.${name}(): kubernetes.NamedFormat`, () => new NamedFormat(rule))
  }
  environment.registerFunction('kubernetes.NamedFormat.validate(string): optional<list<string>>', ({ rule }: NamedFormat, text: string) => {
    const complaints = rule(text)
    return complaints.length === 0 ? Optional.none() : Optional.of(complaints)
  })
}
