import { existsSync, readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { run, start, withFile } from './process.ts'

// Each of them mostly waits for a process of its own.
vi.setConfig({ testTimeout: 60_000 })

const installation = (spec: string) => `apiVersion: operator.tigera.io/v1\nkind: Installation\nmetadata:\n  name: default\nspec: ${spec}\n`

test.concurrent('everything becomes available, in plain lines where there is no terminal', async () => {
  const { code, out, err } = await run(['demo', '--fast', '--nodes', '2'])
  expect(out).toMatch(/^ +\d+\.\d s {2}DaemonSet calico-node: 2 of 2 ready$/m)
  expect(out).toMatch(/^ +\d+\.\d s {2}TigeraStatus calico is available: All objects available$/m)
  expect(out).toMatch(/Everything is available after \d+\.\d s\./)
  expect(out).toMatch(/Made {6}\d+ objects: /)
  expect(out).toMatch(/\(none without effect, none failed\)/)
  expect(out).not.toContain('\u001b')
  expect({ code, err }).toEqual({ code: 0, err: '' })
})

test.concurrent('what cannot be had is told with all that is wrong, and it ends', async () => {
  await withFile('my.yaml', installation('{ cni: { type: GKE }, kubernetesProvider: EKS, calicoNetwork: { mtu: -5 } }'), async path => {
    const { code, out } = await run(['demo', '--fast', '-f', path])
    expect(out).toMatch(/Not everything is available/)
    expect(out).toMatch(/spec\.cni\.type/)
    expect(out).toMatch(/spec\.calicoNetwork\.mtu/)
    expect(code).toBe(1)
  })
})

test.concurrent('what the API server refuses is told in its words', async () => {
  await withFile('my.yaml', installation('{ kubernetesProvider: Nobody }'), async path => {
    const { code, out } = await run(['demo', '--fast', '-f', path])
    expect(out).toMatch(/Installation default is refused: .*spec\.kubernetesProvider: Unsupported value: "Nobody"/)
    expect(code).toBe(1)
  })
})

test.concurrent('kept, it answers on the port of its kubeconfig, tells what is done to it, and goes with Ctrl-C', async () => {
  const demo = start(['demo', '--fast', '--keep', '--nodes', '1'])
  await demo.says(/export KUBECONFIG=\S+\n/)
  const [, path = ''] = /KUBECONFIG=(\S+)/.exec(demo.said()) ?? []
  const { clusters } = parse(readFileSync(path, 'utf8')) as { clusters: { cluster: { server: string } }[] }
  const { server } = clusters[0]!.cluster
  const calicoNode = `${server}/apis/apps/v1/namespaces/calico-system/daemonsets/calico-node`
  expect((await fetch(calicoNode)).status).toBe(200)
  await fetch(calicoNode, { method: 'DELETE', headers: { 'user-agent': 'somebody/1.0' } })
  await demo.says(
    /somebody deleted DaemonSet calico-system\/calico-node\n[\s\S]*calico-operator created DaemonSet calico-system\/calico-node\n/,
  )
  demo.kill('SIGINT')
  expect((await demo.ended).code).toBe(0)
  expect(existsSync(path)).toBe(false)
})
