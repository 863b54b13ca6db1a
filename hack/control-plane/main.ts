/** `node hack/control-plane/main.ts [up|build]`: a control plane of three nodes until Ctrl-C, or its binaries only. */
import { build } from './binaries.ts'
import { available, startControlPlane } from './control-plane.ts'

const [command = 'up'] = process.argv.slice(2)
if (!['up', 'build'].includes(command)) {
  console.error('usage: node hack/control-plane/main.ts [up|build]')
  process.exit(2)
}
if (!available(console.error)) process.exit(1)
if (command === 'build') {
  await build(console.error)
} else {
  const started = Date.now()
  const plane = await startControlPlane()
  await plane.createNodes([{ count: 3 }])
  console.error(`Up after ${((Date.now() - started) / 1000).toFixed(1)} s; ends with Ctrl-C.`)
  console.log(`export KUBECONFIG=${plane.kubeconfig('admin')}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void plane.close().then(() => process.exit(0)))
}
