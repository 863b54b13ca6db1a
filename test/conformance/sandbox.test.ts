import { describe } from 'vitest'
import { type Clock, seeded, systemClock } from '../../src/kube/clock.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { conformance } from './suite.ts'

/** A second passes in 20 ms, for what is waited for. */
const start = systemClock.now()
const quick: Clock = {
  now: () => start + (systemClock.now() - start) * 50,
  after: (milliseconds, run) => systemClock.after(milliseconds / 50, run),
}

describe('the sandbox', () => {
  conformance(async () => {
    const sandbox = new Sandbox({ clock: quick, random: seeded(1) })
    sandbox.forbid({ user: 'nobody' })
    return {
      transport: as => sandbox.transport(as),
      shared: new Map(),
      forget: () => sandbox.compact(),
      close: async () => sandbox.close(),
    }
  })
})
