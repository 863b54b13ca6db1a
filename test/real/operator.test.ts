import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { TigeraStatus } from '../../api/tigerastatus.ts'
import { available, type ControlPlane, startControlPlane } from '../../hack/control-plane/control-plane.ts'
import { freePort } from '../../hack/control-plane/ports.ts'
import { ground } from '../../src/cli/ground.ts'
import { User } from '../../src/cli/user.ts'
import { findCredentials } from '../../src/kube/auth.ts'
import { systemClock } from '../../src/kube/clock.ts'
import { HttpTransport } from '../../src/kube/http.ts'
import type { Event } from '../../src/kube/kinds.ts'
import type { KubeObject } from '../../src/kube/objects.ts'
import { type Started, start, withFile } from '../cli/process.ts'
import { eventually, field } from './eventually.ts'
import { Gate } from './gate.ts'

const statuses = '/apis/operator.tigera.io/v1/tigerastatuses'
const lease = '/apis/coordination.k8s.io/v1/namespaces/tigera-operator/leases/operator-lock'
const calicoNode = '/apis/apps/v1/namespaces/calico-system/daemonsets/calico-node'
const installation: KubeObject = { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', metadata: { name: 'default' } }

/** Everything but disruption budgets, of which the operator makes one. */
const groups = [
  ...['', 'apps', 'batch', 'operator.tigera.io', 'crd.projectcalico.org', 'projectcalico.org', 'rbac.authorization.k8s.io'],
  ...['apiextensions.k8s.io', 'apiregistration.k8s.io', 'admissionregistration.k8s.io', 'storage.k8s.io', 'coordination.k8s.io'],
  ...['discovery.k8s.io', 'networking.k8s.io', 'certificates.k8s.io', 'scheduling.k8s.io', 'policy.networking.k8s.io', 'node.k8s.io'],
]
const limited = (apiGroups: string[]): KubeObject =>
  ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'limited' },
    rules: [
      { apiGroups, resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['get'] },
    ],
  }) as KubeObject
const binding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'limited' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'limited' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'limited' }],
} as KubeObject

describe.skipIf(!available())("the operator's process on a real control plane", () => {
  let plane: ControlPlane
  let user: User
  let transport: HttpTransport
  const started: Started[] = []

  beforeAll(async () => {
    plane = await startControlPlane({ users: { admin: ['system:masters'], operator: ['system:masters'], limited: [] } })
    await plane.createNodes([{ count: 3 }])
    const credentials = findCredentials({ kubeconfig: plane.kubeconfig('admin'), env: {}, clock: systemClock })
    transport = new HttpTransport({ credentials, userAgent: 'kubectl' })
    user = new User({ transport, clock: systemClock, random: Math.random })
    // The CRDs are the operator's to install.
    for (const object of ground('v3')) if (object.kind !== 'CustomResourceDefinition') await user.create(object)
  })
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') for (const { said } of started) console.log(said().split('\n').slice(-40).join('\n'))
    for (const { kill } of started) kill('SIGTERM')
    for (const { ended } of started.splice(0)) await ended
  })
  afterAll(async () => {
    await transport?.close()
    await plane?.close()
  })

  function operator(kubeconfig: string, env: Record<string, string> = {}): Started {
    const process = start(['-manage-crds', '--zap-encoder=console'], {
      KUBECONFIG: kubeconfig,
      OPERATOR_NAMESPACE: 'tigera-operator',
      CALICO_API_GROUP: 'projectcalico.org/v3',
      KUBERNETES_SERVICE_HOST: '10.96.0.1',
      KUBERNETES_SERVICE_PORT: '443',
      ...env,
    })
    started.push(process)
    return process
  }
  const get = (path: string) => () => plane.request('GET', path)
  const holder = async (): Promise<unknown> => field(await plane.request('GET', lease), 'spec.holderIdentity')

  /** The statuses are there, and every one is Available. */
  async function allAvailable(): Promise<string[]> {
    const isTrue = ({ status }: TigeraStatus) => status?.conditions?.some(({ type, status: is }) => type === 'Available' && is === 'True')
    const items = ({ body }: { body: unknown }) => (body as { items?: TigeraStatus[] }).items ?? []
    const answer = await eventually(get(statuses), each => items(each).length >= 3 && items(each).every(isTrue))
    return items(answer).map(({ metadata: { name } }) => name)
  }

  test('on a cluster without CRDs it leads, installs, and tells how it is', async () => {
    const port = String(await freePort())
    const first = operator(plane.kubeconfig('operator'), { METRICS_HOST: '127.0.0.1', METRICS_PORT: port })
    await first.says(/this operator is at work/)
    await user.create(installation)
    expect(await allAvailable()).toEqual(['calico', 'ippools', 'tiers'])
    const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text()
    expect(await ask('/healthz')).toBe('ok\n')
    expect(await ask('/readyz')).toBe('ok\n')
    const metrics = await ask('/metrics')
    expect(metrics).toMatch(/^calico_operator_leader 1$/m)
    expect(metrics).toMatch(/^calico_operator_requests_total\{verb="patch",resource="daemonsets\.apps",code="201"\} 1$/m)
    expect(await holder()).toEqual(expect.stringContaining('_'))
  })

  test('a second one stands by, and works as soon as the first has ended in order', async () => {
    const first = operator(plane.kubeconfig('operator'))
    await first.says(/this operator is at work/)
    const second = operator(plane.kubeconfig('operator'))
    await second.says(/standing by: Lease tigera-operator\/operator-lock is held by another operator/)
    const before = await holder()
    first.kill('SIGTERM')
    const { code, err } = await first.ended
    expect({ code, last: err.trimEnd().split('\n').at(-1) }).toEqual({ code: 0, last: expect.stringContaining('the operator has ended') })
    await second.says(/this operator is at work/)
    expect(await holder()).not.toBe(before)
    second.kill('SIGTERM')
    expect((await second.ended).code).toBe(0)
    expect(await holder()).toBeFalsy()
  })

  test('what is not allowed is told with what to grant, and the rest goes on', async () => {
    await user.create(limited(groups))
    await user.create(binding)
    await plane.request('DELETE', calicoNode)
    const one = operator(plane.kubeconfig('limited'))
    await one.says(/ClusterRole has to allow|needs to get, list and watch poddisruptionbudgets|Grant the operator's service account/)
    await eventually(get(calicoNode), ({ status }) => status === 200)
    const degraded = ({ body }: { body: unknown }) =>
      ((body as TigeraStatus).status?.conditions ?? []).find(({ type, status }) => type === 'Degraded' && status === 'True')?.message
    await eventually(get(`${statuses}/calico`), answer => degraded(answer)?.includes('poddisruptionbudgets') ?? false)
    const events = await eventually(get('/api/v1/namespaces/default/events'), ({ body }) =>
      JSON.stringify(body).includes('poddisruptionbudgets'),
    )
    const told = (events.body as { items: Event[] }).items.filter(({ message }) => message?.includes('poddisruptionbudgets'))
    expect(told[0]).toMatchObject({ type: 'Warning', involvedObject: { kind: 'Installation', name: 'default', uid: expect.any(String) } })
    await user.mergePatch(
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'limited' },
      limited([...groups, 'policy']),
    )
    expect(await allAvailable()).toHaveLength(3)
  })

  test('a server that is gone for a while is told once; what happened meanwhile is put right when it is back', async () => {
    const gate = new Gate(Number(new URL(plane.url).port))
    await gate.open()
    const kubeconfig = readFileSync(plane.kubeconfig('operator'), 'utf8').replace(plane.url, `https://127.0.0.1:${gate.port}`)
    try {
      await withFile('kubeconfig', kubeconfig, async path => {
        const one = operator(path)
        await one.says(/this operator is at work/)
        await gate.close()
        await plane.request('DELETE', calicoNode)
        await one.says(/the API server cannot be reached/)
        await gate.open()
        await one.says(/the API server can be reached again/)
        await eventually(get(calicoNode), ({ status }) => status === 200)
        one.kill('SIGTERM')
        const { code, err } = await one.ended
        expect(err.match(/cannot be reached/g)).toHaveLength(1)
        expect(code).toBe(0)
      })
    } finally {
      await gate.close()
    }
  })
})
