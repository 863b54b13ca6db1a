/** What kubectl shows of Events, which two groups serve: the fields of one go by other names in the other. */
import type { Event } from '../../kube/kinds.ts'
import { since } from './age.ts'
import { type Column, column, nameColumn, wide } from './column.ts'

/** An Event of events.k8s.io, where it differs. */
interface NewEvent {
  regarding?: Event['involvedObject']
  note?: string
  reportingController?: string
  deprecatedSource?: Event['source']
  deprecatedCount?: number
  deprecatedFirstTimestamp?: string
  deprecatedLastTimestamp?: string
}

type AnyEvent = Event & NewEvent

const lastSeen = (event: AnyEvent) =>
  event.series?.lastObservedTime ?? event.lastTimestamp ?? event.deprecatedLastTimestamp ?? event.eventTime
const firstSeen = (event: AnyEvent) => event.firstTimestamp ?? event.deprecatedFirstTimestamp ?? event.eventTime
const about = ({ involvedObject, regarding }: AnyEvent): Event['involvedObject'] => involvedObject ?? regarding ?? {}

function subject(event: AnyEvent): string {
  const { kind = '', name } = about(event)
  return name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase()
}

function source(event: AnyEvent): string {
  const { component, host } = event.source ?? event.deprecatedSource ?? {}
  const reporter = event.reportingComponent || event.reportingController
  return [component || reporter, host || event.reportingInstance].filter(Boolean).join(', ')
}

export const eventColumns: Column[] = [
  column('Last Seen', (event: AnyEvent, now: number) => since(lastSeen(event), now)),
  column('Type', ({ type }: AnyEvent) => type),
  column('Reason', ({ reason }: AnyEvent) => reason),
  column('Object', subject),
  wide('Subobject', (event: AnyEvent) => about(event).fieldPath ?? ''),
  wide('Source', source),
  column('Message', ({ message, note = '' }: AnyEvent) => (message ?? note).trim()),
  wide('First Seen', (event: AnyEvent, now: number) => since(firstSeen(event), now)),
  wide('Count', ({ series, count, deprecatedCount }: AnyEvent) => series?.count ?? ((count ?? deprecatedCount) || 1)),
  { ...nameColumn, priority: 1 },
]
