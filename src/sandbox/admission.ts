/** Who else has a say in writes: admission policies first, then webhooks; those that change, and then those that judge. */
import { mutateByPolicies } from './admission/mutating.ts'
import { validatePolicies } from './admission/validating.ts'
import type { Webhooks } from './admission/webhooks.ts'
import { decode } from './codec.ts'
import type { Item } from './objects.ts'
import type { Admission, Review } from './server.ts'

export { type WebhookHandler, Webhooks } from './admission/webhooks.ts'

/** Policies and webhooks have no say in what makes them. */
const exempt = ({ call }: Review) => call.served.group === 'admissionregistration.k8s.io'

/** https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#what-are-they */
export const admissionBy = (webhooks: Webhooks): Admission => ({
  mutate(server, review) {
    const { object, old, call } = review
    if (exempt(review) || !object) return (object ?? old) as Item
    const byPolicies = mutateByPolicies(server, review)
    const changed = webhooks.mutate(server, { ...review, object: byPolicies })
    // What was put in has to be read as if it had been sent.
    return changed && changed !== object ? decode(call, changed) : object
  },
  validate(server, review) {
    if (exempt(review)) return
    validatePolicies(server, review)
    webhooks.validate(server, review)
  },
})
