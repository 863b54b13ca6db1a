/** Kubernetes' CEL functions on addresses and CIDRs. https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-ip-address-library */
import type { Environment } from '@marcbachmann/cel-js'
import { bytesOf, isAddress, isRange, textOf } from './address.ts'

class Ip {
  readonly bytes: number[]
  constructor(bytes: number[]) {
    this.bytes = bytes
  }
}

/** For `ip.isCanonical`, which is called on the name itself. */
class IpNamespace {}

class Cidr {
  readonly bytes: number[]
  readonly length: number
  constructor(bytes: number[], length: number) {
    this.bytes = bytes
    this.length = length
  }
}

export function registerNet(environment: Environment): void {
  environment.registerType('net.IP', Ip).registerType('net.CIDR', Cidr)
  environment.registerType('IpNamespace', IpNamespace).registerConstant('ip', 'IpNamespace', new IpNamespace())
  registerIp(environment)
  registerCidr(environment)
}

function registerIp(environment: Environment): void {
  environment
    .registerFunction('ip(string): net.IP', ip)
    .registerFunction('isIP(string): bool', isAddress)
    .registerFunction('IpNamespace.isCanonical(string): bool', (_: unknown, text: string) => textOf(ip(text).bytes) === text)
    .registerFunction('string(net.IP): string', ({ bytes }: Ip) => textOf(bytes))
    .registerFunction('net.IP.family(): int', ({ bytes }: Ip) => (bytes.length === 4 ? 4n : 6n))
    .registerFunction('net.IP.isUnspecified(): bool', ({ bytes }: Ip) => bytes.every(byte => byte === 0))
    .registerFunction('net.IP.isLoopback(): bool', ({ bytes }: Ip) => isLoopback(bytes))
    .registerFunction('net.IP.isLinkLocalMulticast(): bool', ({ bytes }: Ip) => isLinkLocalMulticast(bytes))
    .registerFunction('net.IP.isLinkLocalUnicast(): bool', ({ bytes }: Ip) => isLinkLocal(bytes))
    .registerFunction('net.IP.isGlobalUnicast(): bool', ({ bytes }: Ip) => isGlobal(bytes))
    .registerOperator('net.IP == net.IP', (a: Ip, b: Ip) => sameBytes(a.bytes, b.bytes))
}

function ip(text: string): Ip {
  if (!isAddress(text)) throw new Error(`IP Address ${JSON.stringify(text)} parse error during conversion from string`)
  return new Ip(bytesOf(text))
}

const isLoopback = (bytes: number[]) =>
  bytes.length === 4 ? bytes[0] === 127 : bytes.every((byte, index) => byte === (index === 15 ? 1 : 0))
const isLinkLocalMulticast = (bytes: number[]) =>
  bytes.length === 4 ? bytes[0] === 224 && bytes[1] === 0 && bytes[2] === 0 : bytes[0] === 0xff && (bytes[1]! & 0x0f) === 2
const isLinkLocal = (bytes: number[]) =>
  bytes.length === 4 ? bytes[0] === 169 && bytes[1] === 254 : bytes[0] === 0xfe && (bytes[1]! & 0xc0) === 0x80
const isMulticast = (bytes: number[]) => (bytes.length === 4 ? (bytes[0]! & 0xf0) === 224 : bytes[0] === 0xff)
const isGlobal = (bytes: number[]) =>
  !isLoopback(bytes) &&
  !isLinkLocal(bytes) &&
  !isMulticast(bytes) &&
  !bytes.every(byte => byte === 0) &&
  !(bytes.length === 4 && bytes.every(byte => byte === 255))
const sameBytes = (a: number[], b: number[]) => a.length === b.length && a.every((byte, index) => byte === b[index])

function registerCidr(environment: Environment): void {
  const type = 'net.CIDR'
  environment
    .registerFunction(`cidr(string): ${type}`, cidr)
    .registerFunction('isCIDR(string): bool', isRange)
    .registerFunction(`string(${type}): string`, ({ bytes, length }: Cidr) => `${textOf(bytes)}/${length}`)
    .registerFunction(`${type}.containsIP(string): bool`, (range: Cidr, text: string) => contains(range, ip(text).bytes))
    .registerFunction(`${type}.containsIP(net.IP): bool`, (range: Cidr, { bytes }: Ip) => contains(range, bytes))
    .registerFunction(`${type}.containsCIDR(string): bool`, (range: Cidr, text: string) => containsRange(range, cidr(text)))
    .registerFunction(`${type}.containsCIDR(${type}): bool`, containsRange)
    .registerFunction(`${type}.ip(): net.IP`, ({ bytes }: Cidr) => new Ip(bytes))
    .registerFunction(`${type}.masked(): ${type}`, ({ bytes, length }: Cidr) => new Cidr(masked(bytes, length), length))
    .registerFunction(`${type}.prefixLength(): int`, ({ length }: Cidr) => BigInt(length))
    .registerOperator(`${type} == ${type}`, (a: Cidr, b: Cidr) => a.length === b.length && sameBytes(a.bytes, b.bytes))
}

function cidr(text: string): Cidr {
  if (!isRange(text)) throw new Error(`network address parse error during conversion from string: ${JSON.stringify(text)}`)
  const [address = '', length = ''] = text.split('/')
  return new Cidr(bytesOf(address), Number(length))
}

const contains = (range: Cidr, bytes: number[]) =>
  bytes.length === range.bytes.length && sameBytes(masked(bytes, range.length), masked(range.bytes, range.length))
const containsRange = (range: Cidr, inner: Cidr) => inner.length >= range.length && contains(range, inner.bytes)

const masked = (bytes: number[], length: number) =>
  bytes.map((byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, length - index * 8))) & 0xff)
