/** TigeraStatus: how one part of the installation is doing. Written by the operator alone. */
import { operator } from './operator.ts'
import { resource } from './resource.ts'
import { int64, list, type Of, obj, req, str, time } from './schema.ts'

const condition = obj({
  type: req(str('Names what is reported: Available, Progressing or Degraded.')),
  status: req(str('Whether it is so: True, False or Unknown.')),
  lastTransitionTime: req(time('Since when.')),
  reason: str('Why, as one word for programs.'),
  message: str('Why, for people; what to do, where something has to be done.'),
  observedGeneration: int64('The generation of the resource that this is about.'),
})

const status = obj(
  { conditions: req(list(condition, 'Whether the part is Available, Progressing or Degraded.')) },
  'How the part of the installation that the object is named after is doing.',
)

const of = (type: string, field: string) => `.status.conditions[?(@.type=='${type}')].${field}`

export const TigeraStatus = resource({
  ...operator,
  kind: 'TigeraStatus',
  plural: 'tigerastatuses',
  description: 'Reports how one part of the installation, such as calico or apiserver, is doing.',
  spec: obj({}, 'Holds nothing.'),
  status,
  columns: [
    { name: 'Available', type: 'string', jsonPath: of('Available', 'status') },
    { name: 'Progressing', type: 'string', jsonPath: of('Progressing', 'status') },
    { name: 'Degraded', type: 'string', jsonPath: of('Degraded', 'status') },
    { name: 'Since', type: 'date', jsonPath: of('Available', 'lastTransitionTime') },
    { name: 'Message', type: 'string', jsonPath: of('Degraded', 'message') },
  ],
})
export interface TigeraStatus extends Of<typeof TigeraStatus> {}
export interface TigeraStatusStatus extends Of<typeof status> {}
export type TigeraStatusCondition = Of<typeof condition>
