/** Lists told apart by keys, sets, and what is owned as a whole, under server-side apply. */
import { expect } from 'vitest'
import { type Answer, at, type Bed, type Body, type It, version } from './bed.ts'
import { deployment, pod } from './creating.ts'
import { applyWidget } from './widgets.ts'

const spec = ({ body }: Answer) => body.spec as Body
const keys = (parts: unknown) => (parts as Body[]).map(({ name }) => name)
const part = (name: string, more: Body = {}): Body => ({ name, ...more })

export function itemwise(it: It): void {
  it('items of two appliers stand side by side', async bed => {
    await applyWidget(bed, { parts: [part('a', { value: '1' })] })
    const both = await applyWidget(bed, { parts: [part('b', { value: '2' })] }, 'two')
    expect(spec(both).parts).toEqual([
      { name: 'a', port: 80, value: '1' },
      { name: 'b', port: 80, value: '2' },
    ])
  })

  it('the same name with another port is another item', async bed => {
    const { body } = await applyWidget(bed, { parts: [part('a', { port: 1 }), part('a', { port: 2 })] })
    expect(at(body, 'spec.parts')).toHaveLength(2)
  })

  it('two appliers can share an item field by field', async bed => {
    await applyWidget(bed, { parts: [part('a')] })
    const both = await applyWidget(bed, { parts: [part('a', { value: '1' })] }, 'two')
    expect(spec(both).parts).toEqual([{ name: 'a', port: 80, value: '1' }])
    expect(spec(await applyWidget(bed, {}, 'two')).parts).toEqual([{ name: 'a', port: 80 }])
  })

  it('an item given up goes with all in it', async bed => {
    await applyWidget(bed, { parts: [part('a', { value: '1' }), part('b')] })
    expect(keys(spec(await applyWidget(bed, { parts: [part('b')] })).parts)).toEqual(['b'])
  })

  it('the order of the applied list is taken', async bed => {
    await applyWidget(bed, { parts: [part('a'), part('b'), part('c')] })
    expect(keys(spec(await applyWidget(bed, { parts: [part('c'), part('a'), part('b')] })).parts)).toEqual(['c', 'a', 'b'])
  })

  it('items of others keep their places between those applied', async bed => {
    await applyWidget(bed, { parts: [part('a'), part('b'), part('c')] })
    await applyWidget(bed, { parts: [part('x'), part('b')] }, 'two')
    const { parts } = spec(await applyWidget(bed, { parts: [part('c'), part('a'), part('b')] }))
    expect(keys(parts)).toHaveLength(4)
    expect(keys(parts).filter(name => name !== 'x')).toEqual(['c', 'a', 'b'])
  })

  it('a new item stands where it was applied', async bed => {
    await applyWidget(bed, { parts: [part('a'), part('c')] })
    expect(keys(spec(await applyWidget(bed, { parts: [part('a'), part('b'), part('c')] })).parts)).toEqual(['a', 'b', 'c'])
  })

  it('sets are joined, and each applier takes away its own', async bed => {
    await applyWidget(bed, { tags: ['a', 'b'] })
    expect(spec(await applyWidget(bed, { tags: ['b', 'c'] }, 'two')).tags).toEqual(['a', 'b', 'c'])
    expect(spec(await applyWidget(bed, { tags: ['a'] })).tags).toEqual(['a', 'b', 'c'])
    expect(spec(await applyWidget(bed, { tags: ['c'] }, 'two')).tags).toEqual(['a', 'c'])
  })

  it('lists without a type have one owner', async bed => {
    await applyWidget(bed, { words: ['a'] })
    const answer = await applyWidget(bed, { words: ['a', 'b'] }, 'two')
    expect(answer).toMatchObject({ status: 409, body: { message: 'Apply failed with 1 conflict: conflict with "one": .spec.words' } })
  })

  it('a map that is atomic has one owner, and is replaced as a whole', async bed => {
    await applyWidget(bed, { pair: { a: '1', b: '2' } })
    expect(spec(await applyWidget(bed, { pair: { b: '3' } })).pair).toEqual({ b: '3' })
    expect((await applyWidget(bed, { pair: { a: '1' } }, 'two')).body.message).toContain('.spec.pair')
  })

  it('free fields are owned one by one, their lists as a whole', async bed => {
    await applyWidget(bed, { free: { a: { x: 1 }, list: [1] } })
    expect(spec(await applyWidget(bed, { free: { a: { y: 2 } } }, 'two')).free).toEqual({ a: { x: 1, y: 2 }, list: [1] })
    expect((await applyWidget(bed, { free: { list: [2] } }, 'two')).body.message).toContain('.spec.free.list')
  })

  it('conflicts within items are told by their keys', async bed => {
    await applyWidget(bed, { parts: [part('a', { value: '1' })] })
    const { body } = await applyWidget(bed, { parts: [part('a', { value: '2' })] }, 'two')
    expect(body.message).toBe('Apply failed with 1 conflict: conflict with "one": .spec.parts[name="a",port=80].value')
  })

  const malformed: [string, Body, string][] = [
    ['the same key twice', { parts: [part('a'), part('a')] }, '.spec.parts: duplicate entries for key [name="a",port=80]'],
    ['an item that is null', { parts: [null] }, '.spec.parts: element 0: associative list with keys may not have a null element'],
    ['an item that is text', { parts: ['a'] }, '.spec.parts: element 0: associative list with keys may not have non-map elements'],
    ['the same value twice in a set', { tags: ['a', 'a'] }, '.spec.tags: duplicate entries for key [="a"]'],
    ['a map in a set', { tags: [{}] }, ".spec.tags: element 0: associative list without keys has an element that's a map type"],
    [
      'an unknown field in an item',
      { parts: [part('a', { oops: 1 })] },
      '.spec.parts[name="a",port=80].oops: field not declared in schema',
    ],
  ]
  for (const [what, object, words] of malformed) {
    it(`${what} cannot be applied`, async bed => {
      const answer = await applyWidget(bed, object)
      expect(answer).toMatchObject({ status: 500, body: { message: expect.stringContaining(`Kind=Widget): ${words}`) } })
    })
  }

  it('null in an applied custom resource is invalid where nothing takes its place', async bed => {
    expect(await applyWidget(bed, { name: null })).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('must be of type string: "null"') },
    })
    expect(spec(await applyWidget(bed, { size: null })).size).toBe(3)
    expect(spec(await applyWidget(bed, { maybe: null })).maybe).toBeNull()
  })

  it('emptying a map that an applier filled leaves null, which is invalid', async bed => {
    await applyWidget(bed, { labels: { l: '1' } })
    expect(await applyWidget(bed, { labels: {} })).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('spec.labels in body must be of type object: "null"') },
    })
  })

  it('the order of environment variables is content', async bed => {
    const env = (...names: string[]) => names.map(name => ({ name, value: '1' }))
    await applyEnv(bed, env('A', 'B'))
    const swapped = await applyEnv(bed, env('B', 'A'))
    expect(keys(at(swapped.body, 'spec.template.spec.containers.0.env'))).toEqual(['B', 'A'])
    expect(at(swapped.body, 'metadata.generation')).toBe(2)
  })

  it('a port twice in a live object is one after an apply', async bed => {
    const of = (ports: Body[]) => ({
      ...deployment('a'),
      spec: { ...(deployment('a').spec as Body), template: pod({ containers: [{ name: 'c', image: 'x:1', ports }] }) },
    })
    await bed.create(
      'apps/v1/deployments',
      of([
        { containerPort: 1, name: 'p' },
        { containerPort: 1, name: 'q' },
      ]),
    )
    const { status, body } = await bed.apply(of([{ containerPort: 1, name: 'p' }]), {
      resource: 'apps/v1/deployments',
      kind: 'Deployment',
      force: 'true',
    })
    expect(status).toBe(200)
    expect(at(body, 'spec.template.spec.containers.0.ports')).toEqual([{ containerPort: 1, name: 'p', protocol: 'TCP' }])
  })

  it('applying the same lists again makes no version', async bed => {
    const object = { parts: [part('a', { value: '1' }), part('b')], tags: ['z', 'a'], words: ['w'], free: { l: [{ x: 1 }] } }
    const { body } = await applyWidget(bed, object)
    expect(version((await applyWidget(bed, object)).body)).toBe(version(body))
  })
}

const applyEnv = (bed: Bed, env: Body[]) =>
  bed.apply(
    {
      metadata: { name: 'a' },
      spec: { ...(deployment('a').spec as Body), template: pod({ containers: [{ name: 'c', image: 'x:1', env }] }) },
    },
    { resource: 'apps/v1/deployments', kind: 'Deployment' },
  )
