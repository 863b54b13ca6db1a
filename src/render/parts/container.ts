/** One container, its environment and the ways to probe it. Fills in what is always so; never decides. */
import type { Endpoint } from '../../installation/calico.ts'
import type { Container, EnvVar, EnvVarSource, Probe } from '../../kube/kinds.ts'

/** Variables in the order of the literal; `undefined` is absent. */
export type Env = Readonly<Record<string, string | number | boolean | EnvVarSource | undefined>>

interface ContainerFields extends Omit<Container, 'name' | 'env' | 'image'> {
  image: string
  env?: Env
}

/** A container in Kubernetes' own fields, with its environment as a literal. */
export const container = (name: string, { image, env, ...fields }: ContainerFields): Container => ({
  name,
  image,
  ...fields,
  ...(env && { env: environment(env) }),
})

/** An empty value is left out, because the API server stores it so. */
export const environment = (env: Env): EnvVar[] =>
  Object.entries(env).flatMap(([name, value]): EnvVar[] => {
    if (value === undefined) return []
    if (typeof value === 'object') return [{ name, valueFrom: value }]
    return [value === '' ? { name } : { name, value: String(value) }]
  })

/** The value of a field of the pod itself. */
export const fieldRef = (fieldPath: string): EnvVarSource => ({ fieldRef: { apiVersion: 'v1', fieldPath } })

/** Where clients find the Kubernetes API; nothing when the pod shall see for itself. */
export const apiServerEnv = (endpoint: Endpoint | undefined): Env => ({
  KUBERNETES_SERVICE_HOST: endpoint?.host,
  KUBERNETES_SERVICE_PORT: endpoint?.port,
})

/** Asks a program in the container. */
export const execProbe = (command: string[], more: Omit<Probe, 'exec'> = {}): Probe => ({ exec: { command }, ...more })

/** Asks over HTTP, from the node's own network: the pods that answer so are in it. */
export const localHttpProbe = (path: string, port: number): Probe => ({ httpGet: { path, port, host: 'localhost' }, timeoutSeconds: 10 })
