import { expect, test } from 'vitest'
import { decideMode } from './mode.ts'

const nothing = { migrations: [], groups: [] }
const both = ['apps', 'crd.projectcalico.org', 'projectcalico.org']

test.each([
  ['an empty cluster is of the older kind', {}, 'v1'],
  ['a cluster that serves the newer group alone keeps its data there', { groups: ['projectcalico.org'] }, 'v3'],
  ['where both are served the newer one is the aggregated API server', { groups: both }, 'v1'],
  ['a migration that has converged goes before what is served', { groups: both, migrations: ['Converged'] }, 'v3'],
  ['so does one that is complete', { groups: both, migrations: ['Pending', 'Complete'] }, 'v3'],
  ['a migration under way changes nothing', { groups: both, migrations: ['Migrating'] }, 'v1'],
  ['what is asked goes before everything', { asked: 'projectcalico.org/v3', groups: both }, 'v3'],
  ['anything else that is asked is the older group', { asked: 'crd.projectcalico.org/v1', migrations: ['Complete'] }, 'v1'],
])('%s', (_, evidence, mode) => expect(decideMode({ ...nothing, ...evidence }).mode).toBe(mode))

test('the decision says what told so', () => {
  expect(decideMode({ ...nothing, groups: both }).because).toBe('crd.projectcalico.org is served')
  expect(decideMode({ ...nothing, migrations: ['Complete'] }).because).toBe('a DatastoreMigration is Complete')
  expect(decideMode({ ...nothing, asked: 'projectcalico.org/v3' }).because).toBe('CALICO_API_GROUP is projectcalico.org/v3')
})
