/** DatastoreMigration: moves Calico's data from crd.projectcalico.org/v1 to projectcalico.org/v3 (spec/datastore-migration.md §2). Its group is its own, so that it stays readable while v3 changes hands. */
import { condition } from './pod.ts'
import { resource } from './resource.ts'
import { also, atomic, int, list, listMap, type Of, obj, oneOf, req, str, time } from './schema.ts'

const counts = {
  migrated: int('Objects created in the new store.'),
  skipped: int('Objects that were there already, and equal.'),
  conflicts: int('Objects that were there already, and different.'),
}

const progress = obj({
  totalTypes: int('Kinds to be moved.'),
  completedTypes: int('Kinds moved.'),
  typeProgress: str('The same two numbers as text: 5 / 21.'),
  currentType: str('The kind in work; empty when all are done.'),
  total: int('Objects handled so far.'),
  ...counts,
  typeDetails: listMap(['kind'], obj({ kind: req(str('The kind.')), ...counts }), 'The numbers of each kind.'),
})

const spec = obj(
  { type: req(oneOf(['APIServerToCRDs'], 'Moves the data from behind the aggregated API server into CRDs; there is no other way.')) },
  'What is asked.',
)

const status = obj(
  {
    phase: str('Where the migration stands: Pending, Migrating, WaitingForConflictResolution, Converged, Complete or Failed.'),
    message: str('What is being done, or waited for.'),
    startedAt: time('When copying began, the last time.'),
    completedAt: time('When everything ran from the new store.'),
    progress: also(progress, 'How far copying got.'),
    conditions: atomic(list(condition, 'One Conflict for each object that differs in the two stores, and Failed.')),
  },
  'How far the migration got.',
)

export const DatastoreMigration = resource({
  group: 'migration.projectcalico.org',
  version: 'v1beta1',
  kind: 'DatastoreMigration',
  plural: 'datastoremigrations',
  scope: 'Cluster',
  description: "Moves Calico's data from crd.projectcalico.org/v1 to projectcalico.org/v3. Only the object named v1-to-v3 is acted on.",
  spec,
  status,
  subresources: { status: {} },
  columns: [
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    { name: 'Types', type: 'string', jsonPath: '.status.progress.typeProgress' },
    { name: 'Message', type: 'string', jsonPath: '.status.message' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Current Type', type: 'string', jsonPath: '.status.progress.currentType', priority: 1 },
    { name: 'Migrated', type: 'integer', jsonPath: '.status.progress.migrated', priority: 1 },
    { name: 'Skipped', type: 'integer', jsonPath: '.status.progress.skipped', priority: 1 },
    { name: 'Conflicts', type: 'integer', jsonPath: '.status.progress.conflicts', priority: 1 },
  ],
})
export interface DatastoreMigration extends Of<typeof DatastoreMigration> {}
export interface DatastoreMigrationStatus extends Of<typeof status> {}
