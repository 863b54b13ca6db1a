/** Admission webhooks, answered by functions in this process, or by nobody. https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/ */
import { applyJsonPatch, type JsonPatch } from '../../kube/jsonpatch.ts'
import type { MutatingWebhook, ValidatingWebhook } from '../../kube/kinds.ts'
import type { Status } from '../../kube/transport.ts'
import { uuid } from '../meta.ts'
import { type Item, jsonCopy } from '../objects.ts'
import { Refusal, refusal } from '../refusals.ts'
import type { Review, Server } from '../server.ts'
import { conditionsHold, Failure, requestOf, valuesOf } from './expressions.ts'
import { matches } from './matching.ts'

/** The `request` of an AdmissionReview. */
export interface AdmissionRequest {
  uid: string
  operation: string
  name: string
  namespace: string
  object: Item | null
  oldObject: Item | null
  [field: string]: unknown
}

/** The `response` of an AdmissionReview; `patch` as a JSON Patch, not yet encoded. */
export interface AdmissionResponse {
  allowed: boolean
  status?: Partial<Status>
  patch?: JsonPatch
  warnings?: string[]
}

export type WebhookHandler = (request: AdmissionRequest) => AdmissionResponse

/** Who answers for which Service (`namespace/name`) or URL. */
export class Webhooks {
  readonly #handlers = new Map<string, WebhookHandler>()

  /** Until what is returned is called. A handler that throws is one that does not answer. */
  register(address: string, handler: WebhookHandler): () => void {
    this.#handlers.set(address, handler)
    return () => {
      if (this.#handlers.get(address) === handler) this.#handlers.delete(address)
    }
  }

  /** The object as the webhooks leave it. Throws Refusal. */
  mutate(server: Server, review: Review): Item | undefined {
    let { object } = review
    for (const webhook of asked<MutatingWebhook>(server, review, 'mutatingwebhookconfigurations')) {
      const response = this.#call(server, { ...review, object }, webhook)
      if (response?.patch?.length && object) object = applyJsonPatch(object, response.patch) as Item
    }
    return object
  }

  /** Throws Refusal. */
  validate(server: Server, review: Review): void {
    for (const webhook of asked<ValidatingWebhook>(server, review, 'validatingwebhookconfigurations')) this.#call(server, review, webhook)
  }

  /** Undefined when nobody answers and that does not matter. */
  #call(server: Server, review: Review, webhook: ValidatingWebhook): AdmissionResponse | undefined {
    let response: AdmissionResponse
    try {
      if (!conditionsHold(webhook.matchConditions, valuesOf(server, review))) return undefined
      response = this.#answer(server, review, webhook)
    } catch (error) {
      if (webhook.failurePolicy === 'Ignore') return undefined
      throw failed(webhook.name, error)
    }
    review.call.warnings.push(...(response.warnings ?? []))
    if (!response.allowed) throw refusedBy(webhook.name, response.status ?? {})
    return response
  }

  #answer(server: Server, review: Review, { clientConfig: { service, url }, timeoutSeconds = 10 }: ValidatingWebhook): AdmissionResponse {
    const handler = this.#handlers.get(service ? `${service.namespace}/${service.name}` : (url ?? ''))
    const { object = null, old: oldObject = null } = review
    if (handler) {
      const request = { uid: uuid(server.random), ...requestOf(review), object, oldObject }
      return handler(jsonCopy(request) as AdmissionRequest)
    }
    const address = service ? `https://${service.name}.${service.namespace}.svc:${service.port ?? 443}${service.path ?? '/'}` : url
    throw new Error(`failed to call webhook: Post "${address}?timeout=${timeoutSeconds}s": ${nobody(server, service)}`)
  }
}

function nobody(server: Server, service: { namespace: string; name: string } | undefined): string {
  if (!service) return 'connect: connection refused'
  const known = server.store.collection('services').get(`${service.namespace}/${service.name}`)
  return known ? `no endpoints available for service "${service.name}"` : `service "${service.name}" not found`
}

/** In order of the configurations' names, and of the webhooks in each. */
function asked<W extends ValidatingWebhook>(server: Server, review: Review, kind: string): W[] {
  const configurations = [...server.store.collection(`${kind}.admissionregistration.k8s.io`).objects.values()]
  if (configurations.length === 0) return []
  const all = configurations.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)).flatMap(({ webhooks }) => (webhooks ?? []) as W[])
  return all.filter(({ rules = [], namespaceSelector, objectSelector, matchPolicy }) =>
    matches(server, review, { rules, namespaceSelector, objectSelector, matchPolicy }),
  )
}

function failed(name: string, error: unknown): Refusal {
  if (error instanceof Failure) return refusal(403, { reason: 'Forbidden', message: error.message })
  const message = `failed calling webhook ${JSON.stringify(name)}: ${(error as Error).message}`
  return refusal(500, { reason: 'InternalError', message: `Internal error occurred: ${message}`, details: { causes: [{ message }] } })
}

function refusedBy(name: string, { message, reason, code = 0, ...rest }: Partial<Status>): Refusal {
  const why = message || reason
  const text = `admission webhook ${JSON.stringify(name)} denied the request${why ? `: ${why}` : ' without explanation'}`
  const answered = code < 400 ? 400 : code
  return new Refusal(answered, {
    ...rest,
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: text,
    ...(reason && { reason }),
    code: answered,
  })
}
