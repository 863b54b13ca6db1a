/**
 * What is used of prom-client, and what is measured of any process. The parts are taken one by one: its index loads an HTTP client, a cluster of processes and
 * OpenTelemetry as well, and its default metrics wake the process a hundred times a second to see whether it is late.
 */
import Counter from 'prom-client/lib/counter.js'
import Gauge from 'prom-client/lib/gauge.js'
import heap from 'prom-client/lib/metrics/heapSizeAndUsed.js'
import memory from 'prom-client/lib/metrics/osMemoryHeap.js'
import mostFiles from 'prom-client/lib/metrics/processMaxFileDescriptors.js'
import openFiles from 'prom-client/lib/metrics/processOpenFileDescriptors.js'
import start from 'prom-client/lib/metrics/processStartTime.js'
import node from 'prom-client/lib/metrics/version.js'
import Registry from 'prom-client/lib/registry.js'

export { Counter, Gauge, Registry }

/** Adds what Prometheus expects of a process, and Node's heap and version. https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics */
export function measureProcess(registry: Registry): void {
  for (const add of [memory, openFiles, mostFiles, start, heap, node]) add(registry)
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Total user and system CPU time spent in seconds.',
    registers: [registry],
    collect() {
      const { user, system } = process.cpuUsage()
      this.reset()
      this.inc((user + system) / 1e6)
    },
  })
}
