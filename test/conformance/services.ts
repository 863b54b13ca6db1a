/** Services: addresses and ports given by the server. */
import { expect } from 'vitest'
import { at, type Bed, type Body, type It, version } from './bed.ts'

const service = (spec: Body = {}, name = 'a'): Body => ({ metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } })
const make = (bed: Bed, spec?: Body, name?: string) => bed.create('services', service(spec, name))
const post = (bed: Bed, spec: Body) => bed.send('POST', bed.path('services'), { body: service(spec) })

export function services(it: It): void {
  it('a Service gets an address from the Service network', async bed => {
    const made = await make(bed)
    expect(made.spec).toEqual({
      type: 'ClusterIP',
      clusterIP: expect.stringMatching(/^10\.96\./),
      clusterIPs: [at(made, 'spec.clusterIP')],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
      sessionAffinity: 'None',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    })
  })

  it('no two Services have the same address', async bed => {
    const addresses = await Promise.all(['a', 'b', 'c', 'd'].map(async name => at(await make(bed, {}, name), 'spec.clusterIP')))
    expect(new Set(addresses).size).toBe(4)
  })

  it('an update that does not say it keeps the address', async bed => {
    const made = await make(bed)
    const { body } = await bed.send('PUT', bed.path('services', 'a'), { body: service({ ports: [{ port: 81 }] }) })
    expect(at(body, 'spec.clusterIP')).toBe(at(made, 'spec.clusterIP'))
    expect(at(body, 'spec.clusterIPs')).toEqual(at(made, 'spec.clusterIPs'))
  })

  it('emptying the address changes nothing', async bed => {
    const made = await make(bed)
    expect(version(await bed.patch('services', 'a', { spec: { clusterIP: null, clusterIPs: null } }))).toBe(version(made))
  })

  it('a headless Service has no address', async bed => {
    expect(await make(bed, { clusterIP: 'None', selector: { a: 'b' } })).toMatchObject({
      spec: { clusterIP: 'None', clusterIPs: ['None'] },
    })
  })

  it('an external name has none, either', async bed => {
    const made = await make(bed, { type: 'ExternalName', externalName: 'x.y', ports: undefined })
    expect(made.spec).toEqual({ type: 'ExternalName', externalName: 'x.y', sessionAffinity: 'None' })
  })

  it('node ports are given, kept, and given back', async bed => {
    const made = await make(bed, { type: 'NodePort' })
    const nodePort = at(made, 'spec.ports.0.nodePort')
    expect(nodePort).toBeGreaterThanOrEqual(30000)
    const { body } = await bed.send('PUT', bed.path('services', 'a'), { body: service({ type: 'NodePort' }) })
    expect(at(body, 'spec.ports.0.nodePort')).toBe(nodePort)
    const back = await bed.patch('services', 'a', { spec: { type: 'ClusterIP' } })
    expect(at(back, 'spec.ports.0')).toEqual({ port: 80, protocol: 'TCP', targetPort: 80 })
    expect(back.spec).not.toHaveProperty('externalTrafficPolicy')
  })

  it('a load balancer with local traffic gets a port for health checks', async bed => {
    const made = await make(bed, { type: 'LoadBalancer', externalTrafficPolicy: 'Local' })
    expect(made.spec).toMatchObject({
      allocateLoadBalancerNodePorts: true,
      healthCheckNodePort: expect.any(Number),
      externalTrafficPolicy: 'Local',
    })
  })

  it('an apply does not own what the server gave', async bed => {
    const target = { resource: 'services', kind: 'Service' }
    const { body } = await bed.apply(service(), target)
    expect(at(body, 'metadata.managedFields.0.fieldsV1')).toEqual({
      'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } } },
    })
    expect(at((await bed.apply(service({ ports: [{ port: 81 }] }), target)).body, 'spec.clusterIP')).toBe(at(body, 'spec.clusterIP'))
  })

  const refused: [string, Body, string][] = [
    [
      'the address of the API server',
      { clusterIP: '10.96.0.1' },
      'spec.clusterIPs: Invalid value: ["10.96.0.1"]: failed to allocate IP 10.96.0.1: provided IP is already allocated',
    ],
    [
      'an address outside the network',
      { clusterIP: '1.2.3.4' },
      'failed to allocate IP 1.2.3.4: the provided network does not match the current range',
    ],
    [
      'a family that is not configured',
      { ipFamilies: ['IPv6'] },
      'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
    ],
    ['two families where there is one', { ipFamilyPolicy: 'RequireDualStack' }, 'this cluster is not configured for dual-stack services'],
    [
      'a node port out of range',
      { type: 'NodePort', ports: [{ port: 80, nodePort: 99 }] },
      'spec.ports[0].nodePort: Invalid value: 99: provided port is not in the valid range',
    ],
    ['no ports', { ports: [] }, 'spec.ports: Required value'],
    [
      'a port twice',
      {
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 80 },
        ],
      },
      'spec.ports[1]: Duplicate value',
    ],
  ]
  for (const [what, spec, words] of refused) {
    it(`${what} is refused`, async bed => {
      expect(await post(bed, spec)).toMatchObject({ status: 422, body: { message: expect.stringContaining(words) } })
    })
  }

  it('an address does not change once it is given', async bed => {
    await make(bed)
    const answer = await bed.send('PATCH', bed.path('services', 'a'), { type: 'merge', body: { spec: { clusterIP: '10.96.200.200' } } })
    expect(answer).toMatchObject({ status: 422, body: { message: expect.stringContaining('may not change once set') } })
  })

  it('ports of one number, for two protocols, share a node port', async bed => {
    const ports = [
      { name: 'a', port: 53 },
      { name: 'b', port: 53, protocol: 'UDP' },
    ]
    const made = await make(bed, { type: 'NodePort', ports })
    expect(at(made, 'spec.ports.0.nodePort')).toBe(at(made, 'spec.ports.1.nodePort'))
  })

  it('an update keeps node ports by the names of ports', async bed => {
    const made = await make(bed, { type: 'NodePort', ports: [{ name: 'a', port: 80 }] })
    const ports = [
      { name: 'b', port: 80 },
      { name: 'a', port: 81 },
    ]
    const { body } = await bed.send('PUT', bed.path('services', 'a'), { body: service({ type: 'NodePort', ports }) })
    expect(at(body, 'spec.ports.1.nodePort')).toBe(at(made, 'spec.ports.0.nodePort'))
    expect(at(body, 'spec.ports.0.nodePort')).not.toBe(at(made, 'spec.ports.0.nodePort'))
  })

  it('what only matters outside goes with the addresses outside', async bed => {
    expect(await make(bed, { externalIPs: ['1.2.3.4'] })).toMatchObject({ spec: { externalTrafficPolicy: 'Cluster' } })
    expect((await bed.patch('services', 'a', { spec: { externalIPs: null } })).spec).not.toHaveProperty('externalTrafficPolicy')
  })

  it('a port for health checks does not change', async bed => {
    const made = await make(bed, { type: 'LoadBalancer', externalTrafficPolicy: 'Local' })
    const healthCheckNodePort = Number(at(made, 'spec.healthCheckNodePort'))
    const other = healthCheckNodePort === 30500 ? 30501 : 30500
    const answer = await bed.send('PATCH', bed.path('services', 'a'), { type: 'merge', body: { spec: { healthCheckNodePort: other } } })
    expect(answer).toMatchObject({
      status: 422,
      body: { message: 'Service "a" is invalid: spec.healthCheckNodePort: Forbidden: field is immutable' },
    })
  })

  it('a headless Service that comes to select pods needs all its families', async bed => {
    await make(bed, { clusterIP: 'None' })
    const answer = await bed.send('PATCH', bed.path('services', 'a'), { type: 'merge', body: { spec: { selector: { a: 'b' } } } })
    expect(answer).toMatchObject({
      status: 422,
      body: { details: { causes: [{ field: 'spec.ipFamilyPolicy' }, { field: 'spec.ipFamilies[1]' }] } },
    })
  })
}
