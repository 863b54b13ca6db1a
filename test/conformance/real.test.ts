import { describe } from 'vitest'
import { available, startControlPlane } from '../../hack/control-plane/control-plane.ts'
import { findCredentials } from '../../src/kube/auth.ts'
import { systemClock } from '../../src/kube/clock.ts'
import { HttpTransport } from '../../src/kube/http.ts'
import { conformance } from './suite.ts'

describe.skipIf(!available())('a real kube-apiserver', () => {
  conformance(async () => {
    const users = { admin: ['system:masters'], nobody: ['people'] }
    // Compacts often, so that what it forgets need not be waited for long.
    const plane = await startControlPlane({ users, apiserverArgs: ['--etcd-compaction-interval=3s'] })
    return {
      transport: ({ user = 'admin', userAgent = 'conformance/1.0' } = {}) =>
        new HttpTransport({ credentials: findCredentials({ kubeconfig: plane.kubeconfig(user), env: {}, clock: systemClock }), userAgent }),
      shared: new Map(),
      forget: () => {},
      close: () => plane.close(),
    }
  })
})
