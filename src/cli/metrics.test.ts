import { expect, test } from 'vitest'
import { createMetrics, listenAddress, serveMetrics } from './metrics.ts'

test.each([
  [{}, undefined],
  [{ METRICS_HOST: '127.0.0.1' }, { host: '127.0.0.1', port: 8484 }],
  [{ METRICS_PORT: '9090' }, { port: 9090 }],
  [
    { METRICS_HOST: '::1', METRICS_PORT: '9090' },
    { host: '::1', port: 9090 },
  ],
])('%j is listened at %j', (env, address) => expect(listenAddress(env)).toEqual(address))

test('the port answers what it is asked, and says why it is not ready', async () => {
  const metrics = createMetrics()
  let reason: string | undefined = 'no server yet'
  const server = await serveMetrics(metrics, { host: '127.0.0.1', port: 0 }, () => reason)
  const { port } = server.address() as { port: number }
  const ask = async (at: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${at}`)
    return [response.status, await response.text()]
  }
  try {
    expect(await ask('/healthz')).toEqual([200, 'ok\n'])
    expect(await ask('/readyz')).toEqual([503, 'not ready: no server yet\n'])
    reason = undefined
    expect(await ask('/readyz')).toEqual([200, 'ok\n'])
    expect((await ask('/metrics'))[1]).toContain('# TYPE calico_operator_leader gauge')
    expect((await ask('/secrets'))[0]).toBe(404)
    expect((await ask('//'))[0]).toBe(404)
    for (let time = 0; time < 2; time++) server.emit('error', new Error('accept EMFILE'))
    metrics.registry.metrics = () => Promise.reject(new Error('no such file'))
    expect(await ask('/metrics')).toEqual([500, 'no such file\n'])
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
