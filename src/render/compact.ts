/** Leaves out what is not there. The API server stores no empty field of its own kinds, so that one in what is wanted would look like a difference. */
import type { KubeObject } from '../kube/objects.ts'
import { isWorkload } from './workloads.ts'

/** String maps that mean nothing when empty; others, such as a selector, select everything. */
const emptyMeansAbsent = new Set(['labels', 'annotations', 'nodeSelector', 'resources'])

/** Without undefined fields and empty maps of labels; in workloads without empty lists as well, which custom resources keep. */
export const compact = <T extends KubeObject>(object: T): T => without(object, isWorkload(object)) as T

function without(value: unknown, emptyLists: boolean): unknown {
  if (Array.isArray(value)) return value.map(item => without(item, emptyLists))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, field]): [string, unknown] => [key, without(field, emptyLists)])
      .filter(
        ([key, field]) => field !== undefined && !(emptyLists && isEmptyList(field)) && !(emptyMeansAbsent.has(key) && isEmptyMap(field)),
      ),
  )
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0

const isEmptyMap = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
