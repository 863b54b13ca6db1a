import { expect, test } from 'vitest'
import { measureProcess, Registry } from './prometheus.ts'

const measured = async (registry: Registry, name: string) => (await registry.getSingleMetric(name)?.get())?.values[0]?.value

test('what Prometheus expects of a process is measured, and its CPU time only grows', async () => {
  const registry = new Registry()
  measureProcess(registry)
  expect(await measured(registry, 'process_resident_memory_bytes')).toBeGreaterThan(2 ** 20)
  expect(await measured(registry, 'process_start_time_seconds')).toBeGreaterThan(1.7e9)
  const before = (await measured(registry, 'process_cpu_seconds_total'))!
  const { user, system } = process.cpuUsage()
  const after = (await measured(registry, 'process_cpu_seconds_total'))!
  expect(before).toBeGreaterThan(0)
  expect(after).toBeGreaterThanOrEqual(Math.max(before, (user + system) / 1e6))
})

test('two registries of one process do not disturb each other', async () => {
  const [one, other] = [new Registry(), new Registry()]
  for (const registry of [one, other]) measureProcess(registry)
  expect((await one.getMetricsAsJSON()).map(({ name }) => name)).toEqual((await other.getMetricsAsJSON()).map(({ name }) => name))
})
