/** What other Services have, and what one more is given. */
import type { Random } from '../../kube/clock.ts'
import { contains, type Family, type Network, network, textOf } from '../addresses.ts'
import { type Item, keyIn } from '../objects.ts'
import { internal } from '../refusals.ts'
import type { FieldError } from '../schema/index.ts'
import type { Server } from '../server.ts'
import { specOf } from './service-spec.ts'

const [firstPort, lastPort] = [30000, 32767]

export class Taken {
  readonly networks: Network[]
  readonly errors: FieldError[] = []
  readonly #random: Random
  readonly #addresses = new Set<string>()
  readonly #ports = new Set<number>()
  readonly #isDryRun: boolean

  /** `self`: the Service itself, of an update. */
  constructor({ store, random, settings }: Server, { self, isDryRun }: { self: Item | undefined; isDryRun: boolean }) {
    this.#isDryRun = isDryRun
    this.networks = settings.serviceCIDRs.map(network)
    this.#random = random
    for (const other of store.collection('services').objects.values()) {
      if (self && keyIn(other) === keyIn(self)) continue
      const { clusterIPs = [], ports = [], healthCheckNodePort } = specOf(other)
      for (const address of clusterIPs) this.#addresses.add(address)
      for (const port of [...ports.map(({ nodePort }) => nodePort), healthCheckNodePort]) if (port) this.#ports.add(port)
    }
  }

  /** The address asked for, or any; `all` are the addresses that the Service says. */
  address(family: Family, asked: string | undefined, all: readonly string[]): string {
    const from = this.networks.find(each => each.family === family)
    if (!from) throw internal(`no ${family} network is configured`)
    const wrong =
      asked &&
      (this.#addresses.has(asked)
        ? 'provided IP is already allocated'
        : !contains(from, asked) && 'the provided network does not match the current range')
    if (wrong) {
      const detail = `failed to allocate IP ${asked}: ${wrong}`
      this.errors.push({ type: 'FieldValueInvalid', field: 'spec.clusterIPs', value: all, detail })
    }
    const address = asked || this.#free(from)
    this.#addresses.add(address)
    return address
  }

  /** By chance, and none that anybody gets when nothing is kept; from behind the part that is kept for those who choose themselves. https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/ */
  #free({ family, first, size }: Network): string {
    if (this.#isDryRun) return textOf(family, first)
    const limited = size > 65536n ? 65536n : size
    const reserved = Math.min(Math.max(16, Number(limited) / 16), 256)
    const range = Math.max(1, Number(limited) - reserved - 1)
    const start = Math.floor(this.#random() * range)
    for (let tries = 0; tries < range; tries++) {
      const address = textOf(family, first + BigInt(reserved + ((start + tries) % range)))
      if (!this.#addresses.has(address)) return address
    }
    throw new Error('no address is left in the Service network')
  }

  /** Takes a port that is asked for; what is wrong with it, otherwise. */
  claim(port: number): string | undefined {
    if (port < firstPort || port > lastPort)
      return `provided port is not in the valid range. The range of valid ports is ${firstPort}-${lastPort}`
    if (this.#ports.has(port)) return 'provided port is already allocated'
    this.#ports.add(port)
  }

  /** Any port that is free. */
  port(): number {
    const count = lastPort - firstPort + 1
    const start = Math.floor(this.#random() * count)
    for (let tries = 0; tries < count; tries++) {
      const port = firstPort + ((start + tries) % count)
      if (this.#ports.has(port)) continue
      this.#ports.add(port)
      return port
    }
    throw new Error('no node port is left')
  }
}
