/** Which object a controller serves: the one of its name, or of its other name where there is none of the first. Only looks. */
import type { Cache } from '../kube/cache.ts'
import type { KubeObject } from '../kube/objects.ts'
import type { Controller } from './controller.ts'

export function servedIn(cache: Pick<Cache, 'view'>, { kind, name, otherwise }: NonNullable<Controller['serves']>): KubeObject | undefined {
  const view = cache.view(kind)
  return view.get(name) ?? (otherwise === undefined ? undefined : view.get(otherwise))
}
