/** The modules of prom-client that are loaded one by one; it has types for its index alone. */
declare module 'prom-client/lib/counter.js' {
  import { Counter } from 'prom-client'
  export = Counter
}
declare module 'prom-client/lib/gauge.js' {
  import { Gauge } from 'prom-client'
  export = Gauge
}
declare module 'prom-client/lib/registry.js' {
  import { Registry } from 'prom-client'
  export = Registry
}
declare module 'prom-client/lib/metrics/*.js' {
  import type { Registry } from 'prom-client'

  const register: (registry: Registry) => void
  export = register
}
