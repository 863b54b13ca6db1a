import { expect, test } from 'vitest'
import type { CacheEvent } from '../kube/cache.ts'
import { ConfigMap, Node, Secret } from '../kube/kinds.ts'
import type { Kind, KubeObject } from '../kube/objects.ts'
import type { Question } from './derived.ts'
import { Interests } from './interests.ts'

const object = (kind: Kind, name: string, namespace?: string): KubeObject => ({
  apiVersion: kind.apiVersion,
  kind: kind.kind,
  metadata: { name, ...(namespace && { namespace }) },
})
const event = (kind: Kind, name: string, namespace?: string) =>
  ({ kind, type: 'modified', object: object(kind, name, namespace) }) as unknown as CacheEvent
const nodes: Question = { name: 'nodes', kind: Node as Kind, project: () => undefined }
const state = (kind: Kind) => ({ kind, type: 'state' }) as unknown as CacheEvent

test('who read one object hears of that one alone', () => {
  const interests = new Interests()
  interests.name(ConfigMap, 'kube-system', 'kubeadm-config')
  expect(interests.touchedBy(event(ConfigMap, 'kubeadm-config', 'kube-system'))).toBe('yes')
  expect(interests.touchedBy(event(ConfigMap, 'kubeadm-config', 'default'))).toBe('no')
  expect(interests.touchedBy(event(ConfigMap, 'other', 'kube-system'))).toBe('no')
  expect(interests.touchedBy(event(Secret, 'kubeadm-config', 'kube-system'))).toBe('no')
})

test('who listed a namespace hears of all that is in it, who listed everything of everything', () => {
  const [some, all] = [new Interests(), new Interests()]
  some.list(ConfigMap, 'a')
  all.list(ConfigMap, undefined)
  const events = [event(ConfigMap, 'x', 'a'), event(ConfigMap, 'x', 'b')]
  expect(events.map(each => some.touchedBy(each))).toEqual(['yes', 'no'])
  expect(events.map(each => all.touchedBy(each))).toEqual(['yes', 'yes'])
})

test('whether a kind is served, or can be read, matters to everybody who looked at it, and its objects to nobody who only asked that', () => {
  const interests = new Interests()
  interests.served(ConfigMap)
  expect(interests.touchedBy(state(ConfigMap))).toBe('yes')
  expect(interests.touchedBy(state(Secret))).toBe('no')
  expect(interests.touchedBy(event(ConfigMap, 'x', 'a'))).toBe('no')
})

test('a derived value may have changed, and has when it is another as JSON', () => {
  const interests = new Interests()
  interests.derive({ question: nodes, text: '{"count":1}' })
  expect(interests.touchedBy(event(Node, 'a'))).toBe('maybe')
  expect(interests.differs(() => '{"count":1}')).toBe(false)
  expect(interests.differs(({ name }) => `{"count":"${name}"}`)).toBe(true)
})

test('a name counts more than a derived value of the same kind', () => {
  const interests = new Interests()
  interests.derive({ question: nodes, text: '0' })
  interests.name(Node, undefined, 'a')
  expect(interests.touchedBy(event(Node, 'a'))).toBe('yes')
  expect(interests.touchedBy(event(Node, 'b'))).toBe('maybe')
})

test('the union hears what either hears, and knows of each value what was given out last', () => {
  const [good, failed] = [new Interests(), new Interests()]
  good.name(Secret, 'a', 'x')
  good.list(ConfigMap, 'a')
  good.derive({ question: nodes, text: '1' })
  failed.name(ConfigMap, 'b', 'y')
  failed.derive({ question: nodes, text: '2' })
  const both = good.union(failed)
  const events = [event(Secret, 'x', 'a'), event(ConfigMap, 'z', 'a'), event(ConfigMap, 'y', 'b'), event(ConfigMap, 'z', 'b')]
  expect(events.map(each => both.touchedBy(each))).toEqual(['yes', 'yes', 'yes', 'no'])
  // Else every heartbeat would be answered for as long as the failure lasts.
  expect(both.differs(() => '2')).toBe(false)
})
