/** Creates the CRDs, and the admission policies of the newer mode, that a cluster lacks (`--bootstrap-crds`). Changes none that is there. */
import { crds, type Mode } from '../../api/index.ts'
import { admissionKinds } from '../installation/served-admission.ts'
import type { Client } from '../kube/client.ts'
import { isAlreadyExists, isNotFound } from '../kube/errors.ts'
import { describe, type KubeObject, refOf } from '../kube/objects.ts'
import { admissionPolicies } from '../render/admission/admission.ts'
import { fault, type Log } from './log.ts'

/** True when every CRD is there in the end. An admission policy that cannot be created is told and does no harm: the operator tries again. */
export async function bootstrap(client: Client, mode: Mode, log: Log): Promise<boolean> {
  client.kinds.register(...admissionKinds)
  const made = await Promise.all(crds(mode).map(crd => create(client, crd as KubeObject, log)))
  if (mode === 'v3') {
    const served = {
      mutating: await newest(client, 'MutatingAdmissionPolicy'),
      validating: await newest(client, 'ValidatingAdmissionPolicy'),
    }
    await Promise.all(admissionPolicies(served).map(policy => create(client, policy, log)))
  }
  return made.every(Boolean)
}

async function create(client: Client, object: KubeObject, log: Log): Promise<boolean> {
  const what = describe(refOf(object))
  try {
    await client.create(object)
    log.info(`${what} was created`)
    return true
  } catch (error) {
    if (isAlreadyExists(error)) {
      log.info(`${what} is there already`)
      return true
    }
    log.error(fault(error), `${what} could not be created`)
    return false
  }
}

/** The newest version in which a kind is served, for that is the order in which they are listed; undefined when it is in none. */
async function newest(client: Client, kind: string): Promise<string | undefined> {
  for (const { apiVersion } of admissionKinds.filter(each => each.kind === kind))
    if (await serves(client, apiVersion, kind)) return apiVersion.split('/')[1]
  return undefined
}

async function serves(client: Client, apiVersion: string, kind: string): Promise<boolean> {
  try {
    const { resources } = (await client.raw(`/apis/${apiVersion}`)) as { resources: { kind: string }[] }
    return resources.some(resource => resource.kind === kind)
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  }
}
