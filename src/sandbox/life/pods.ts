/** Pods of workloads: how they are made from a template, and how it goes with them. Pure. */
import { createHash } from 'node:crypto'
import type { Pod, PodTemplateSpec } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'

const letters = 'bcdfghjklmnpqrstvwxz2456789'

/** Ten characters that tell one template from another. */
export function templateHash(template: unknown): string {
  const digest = createHash('sha256').update(JSON.stringify(template)).digest()
  return Array.from(digest.subarray(0, 10), byte => letters[byte % letters.length]).join('')
}

/** A pod to be created, owned by a workload. `name` ends with a dash where the server is to make one up. */
export function podOf(
  owner: KubeObject,
  template: PodTemplateSpec,
  { name, labels, nodeName }: { name: string; labels: Record<string, string>; nodeName?: string },
): Pod {
  const { apiVersion, kind, metadata } = owner
  const given = name.endsWith('-') ? { generateName: name } : { name }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...given,
      namespace: metadata.namespace!,
      labels: { ...template.metadata?.labels, ...labels },
      ...(template.metadata?.annotations && { annotations: template.metadata.annotations }),
      ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid!, controller: true, blockOwnerDeletion: true }],
    } as Pod['metadata'],
    spec: { ...template.spec!, ...(nodeName !== undefined && { nodeName }) },
  }
}

export const controllerOf = ({ metadata }: KubeObject) => metadata.ownerReferences?.find(({ controller }) => controller)
export const isTerminating = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined
export const isFinished = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed'
export const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false
/** Neither on its way out nor at its end. */
export const isLive = (pod: Pod): boolean => !isTerminating(pod) && !isFinished(pod)

/** A number, or a share of so many. https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-unavailable */
export function share(value: number | string | undefined, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value
  const part = (total * (Number.parseInt(value ?? '0', 10) || 0)) / 100
  return round === 'up' ? Math.ceil(part) : Math.floor(part)
}
