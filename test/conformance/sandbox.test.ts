import { describe } from 'vitest'
import { seeded, systemClock } from '../../src/kube/clock.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { conformance } from './suite.ts'

describe('the sandbox', () => {
  conformance(async () => {
    const sandbox = new Sandbox({ clock: systemClock, random: seeded(1) })
    sandbox.forbid({ user: 'nobody' })
    return {
      transport: as => sandbox.transport(as),
      shared: new Map(),
      forget: () => sandbox.compact(),
      close: async () => sandbox.close(),
    }
  })
})
