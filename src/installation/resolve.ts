/**
 * What was asked and what was found, decided: provider, defaults, overlay, validation, then one complete `Calico`. The table of contents of this folder; each step has its own file.
 * Never talks to the cluster, and never asks the clock.
 */
import type { Installation, InstallationSpec, IPPoolSpec } from '../../api/installation.ts'
import type { ObjectRef } from '../kube/objects.ts'
import type { Problem } from '../reconcile/problems.ts'
import { assembled } from './assemble.ts'
import type { Calico } from './calico.ts'
import { withDefaults } from './defaults.ts'
import { type Asked, type Facts, specOf } from './facts.ts'
import { imageSetInUse, unusedImageSets } from './image-set.ts'
import { memoryWarnings } from './memory.ts'
import { overlaid } from './overlay.ts'
import { foundPool } from './pools/convert.ts'
import type { PoolDecision } from './pools/decide.ts'
import { poolViolations } from './pools/validate.ts'
import { type ProviderFacts, providerNamed } from './providers.ts'
import { limitations, refusals } from './refusals.ts'
import { poolSetups, type Setup, setupOf } from './setup.ts'
import { besides } from './understood.ts'
import { specRules } from './validate.ts'
import { unmet, withoutPullSecrets } from './waiting.ts'

export type Resolution =
  /** `pools` has problems of its own: they hold up the pools alone, and not what runs already. */
  | { readonly calico: Calico; readonly pools: PoolDecision }
  /** Everything that speaks against it. There are `pools` where only what they are by default does: they are made, and wait for the rest to be changed. */
  | { readonly problems: Problem[]; readonly pools?: PoolDecision }

export function resolve(asked: Asked, facts: Facts): Resolution {
  const { base, overlay } = asked
  const written = specOf(asked)
  const found = facts.pools.map(foundPool)
  const usual = withDefaults(base.spec ?? {}, {
    provider: providerNamed(base.spec?.kubernetesProvider || facts.provider?.name),
    ...{ facts, found, recorded: base.status?.computed?.calicoNetwork?.ipPools },
  })
  const { pools } = usual
  const unheeded = overlay?.spec?.calicoNetwork?.ipPools
  const spec = withPools(overlaid(usual.spec, overlay?.spec), pools.pools)
  const provider = providerNamed(spec.kubernetesProvider)

  const unclear = asked.unclear ?? []
  // Where the other of the two Installations says it well, that counts.
  const gaps = unclear.filter(({ path = '' }) => path.includes('[') || !isSet(written, path))
  const setup = setupOf(spec, facts, gaps)
  const whole = violations(spec, { setup, gaps, listed: unheeded ?? pools.pools })
  const problems = [
    ...providerDoubted(written, facts, base),
    ...whole,
    ...(overlay ? mended(asked, { facts, usual: usual.spec, whole }) : []),
  ]
  const images = imageSetInUse(facts.imageSets)
  const ofPools = [...pools.problems, ...poolViolations({ spec, pools: pools.pools ?? [] })]
  // Who has to change something anyway shall hear everything at once.
  if (unclear.length + problems.length > 0) {
    const all = [...problems, ...ofPools, ...withoutPullSecrets(asked, facts), ...unmet(spec, facts), ...images.problems]
    return {
      problems: blamed([...unclear, ...besides(all, gaps)], asked),
      ...(isSoundAsWritten(asked, facts, usual.spec) && { pools: { ...pools, problems: blamed(ofPools, asked) } }),
    }
  }

  return {
    calico: assembled({
      asked,
      facts,
      spec: renamed(spec),
      provider: heeding(spec, provider),
      ...images,
      found,
      warnings: [
        ...limitations(setup),
        ...(unheeded ? [poolsOfOverlay] : []),
        ...unusedImageSets(facts.imageSets),
        ...memoryWarnings(written, facts, provider),
      ],
    }),
    pools: { ...pools, problems: blamed(ofPools, asked) },
  }
}

interface Judged {
  readonly setup: Setup
  readonly gaps: readonly Problem[]
  readonly listed: readonly IPPoolSpec[] | undefined
}

/** What speaks against a spec with its defaults, with a list of pools. */
const violations = (spec: InstallationSpec, { setup, gaps, listed = [] }: Judged): Problem[] => [
  ...refusals(setup, poolSetups(setup, listed, gaps)),
  ...specRules.flatMap(({ check }) => check(spec)),
]

interface Mended {
  readonly facts: Facts
  /** With every default, and without the overlay. */
  readonly usual: InstallationSpec
  /** What is wrong with both together. */
  readonly whole: readonly Problem[]
}

/** What is wrong with the Installation named default alone. An overlay mends nothing of it: others go by that Installation, and go on when the overlay is gone. */
function mended({ base, unclear = [] }: Asked, { facts, usual, whole }: Mended): Problem[] {
  const { ipPools: listed } = usual.calicoNetwork ?? {}
  const alone = violations(usual, { setup: setupOf(usual, facts, unclear), gaps: unclear, listed })
  const isTold = ({ path, message }: Problem) => whole.some(other => other.path === path && other.message === message)
  return blamed(
    alone.filter(problem => !isTold(problem)),
    { base },
  )
}

/** Nothing that the Installation named default says is wrong, whatever its pools are by default and the overlay makes of it. */
function isSoundAsWritten({ base, unclear = [] }: Asked, facts: Facts, usual: InstallationSpec): boolean {
  const { spec = {} } = base
  const judged = { setup: setupOf(usual, facts), gaps: [], listed: spec.calicoNetwork?.ipPools }
  return [...unclear, ...providerDoubted(spec, facts, base), ...violations(usual, judged)].length === 0
}

/** Only those of the Installation named default are made, since with a list that comes and goes so would the addresses of pods. */
function withPools({ calicoNetwork, ...spec }: InstallationSpec, pools: IPPoolSpec[] | undefined): InstallationSpec {
  const { ipPools: _, ...network } = calicoNetwork ?? {}
  return { ...spec, calicoNetwork: { ...network, ...(pools && { ipPools: pools }) } }
}

const poolsOfOverlay = 'No pools are made of those that the Installation overlay lists. List them in the Installation default'

/** Once Calico runs with it, it is only told. */
function providerDoubted({ kubernetesProvider }: InstallationSpec, { provider }: Facts, { status }: Installation): Problem[] {
  if (!kubernetesProvider || !provider || provider.name === kubernetesProvider) return []
  if (status?.variant && status.computed?.kubernetesProvider === kubernetesProvider) return []
  return [
    {
      reason: 'ResourceReadError',
      message: `kubernetesProvider ${kubernetesProvider} does not match auto-detected ${provider.name}, as told by ${provider.evidence}`,
      path: 'spec.kubernetesProvider',
      remedy: `Write ${provider.name}, or leave it out`,
    },
  ]
}

/** Says whose field it is: the overlay's, where that sets it or something in it. */
function blamed(problems: readonly Problem[], { base, overlay }: Asked): Problem[] {
  const named = (name: string): ObjectRef => ({ apiVersion: base.apiVersion, kind: base.kind, name })
  return problems.map(problem => {
    const theirs = overlay && problem.path && isSet(overlay.spec ?? {}, problem.path)
    return { object: named(theirs ? overlay.metadata.name : base.metadata.name), ...problem }
  })
}

/** Whether the field is there, or the list or map that it is in. */
export function isSet(spec: InstallationSpec, path: string): boolean {
  const [, ...steps] = path.replace(/\[.*$/, '').split('.')
  let value: unknown = spec
  for (const step of steps) {
    if (typeof value !== 'object' || value === null) return true
    value = Reflect.get(value, step)
    if (value === undefined) return false
  }
  return true
}

const oldName = 'mount-bpffs'

/** The init container has a new name, under which the reference publishes the override too (spec/installation-api.md §11). */
function renamed(spec: InstallationSpec): InstallationSpec {
  const given = spec.calicoNodeDaemonSet
  const pod = given?.spec?.template?.spec
  if (!pod?.initContainers?.some(({ name }) => name === oldName)) return spec
  const initContainers = pod.initContainers.map(each => (each.name === oldName ? { ...each, name: 'ebpf-bootstrap' as const } : each))
  return {
    ...spec,
    calicoNodeDaemonSet: { ...given, spec: { ...given?.spec, template: { ...given?.spec?.template, spec: { ...pod, initContainers } } } },
  }
}

/** The provider's row, where the user may have a say in it. */
const heeding = ({ azure }: InstallationSpec, provider: ProviderFacts): ProviderFacts =>
  azure?.policyMode === 'Manual' ? { ...provider, privilegedNamespaceLabels: {} } : provider
