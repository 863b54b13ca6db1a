/** Questions that are asked by creating something: who am I, may I. Nothing is stored. */
import type { Access } from './access.ts'
import type { Answer, Call, User } from './call.ts'
import { sentObject } from './codec.ts'

type Spec = Record<string, unknown>
interface Attributes {
  verb?: string
  group?: string
  resource?: string
  subresource?: string
  namespace?: string
  name?: string
  path?: string
}

/** What a server knows of tokens: the user of each. */
export type Tokens = ReadonlyMap<string, User>

const kinds: Record<string, (spec: Spec, about: { call: Call; access: Access; tokens: Tokens }) => object> = {
  SelfSubjectReview: (_, { call }) => ({ userInfo: userInfo(call.user) }),
  TokenReview: ({ token }, { tokens }) => {
    const user = tokens.get(String(token))
    return user ? { authenticated: true, user: userInfo(user) } : { user: {}, error: 'invalid bearer token' }
  },
  SelfSubjectAccessReview: (spec, { call, access }) => ({ allowed: allowed(access, call.user, spec) }),
  SubjectAccessReview: (spec, { access }) => ({ allowed: allowed(access, subject(spec), spec) }),
  LocalSubjectAccessReview: (spec, { access }) => ({ allowed: allowed(access, subject(spec), spec) }),
  SelfSubjectRulesReview: () => ({
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    incomplete: false,
  }),
}

export const isReview = ({ verb, served }: Call): boolean =>
  verb === 'create' && !served.custom && served.kind in kinds && served.verbs.length === 1

/** Throws Refusal. */
export function review(call: Call, about: { access: Access; tokens: Tokens }): Answer {
  const { spec, ...sent } = sentObject(call)
  const status = kinds[call.served.kind]!((spec ?? {}) as Spec, { call, ...about })
  return { status: 201, body: { ...sent, metadata: sent.metadata ?? {}, ...(spec !== undefined && { spec }), status } }
}

const userInfo = ({ name, uid, groups }: User) => ({ username: name, ...(uid && { uid }), groups })
const subject = ({ user = '', groups = [], uid }: { user?: string; groups?: string[]; uid?: string }): User => ({
  name: user,
  groups,
  ...(uid && { uid }),
})

function allowed(access: Access, user: User, { resourceAttributes, nonResourceAttributes }: Spec): boolean {
  const { verb = '', ...rest } = (resourceAttributes ?? nonResourceAttributes ?? {}) as Attributes
  return access.allows({ user, verb, group: '', ...rest })
}
