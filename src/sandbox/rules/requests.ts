/** CertificateSigningRequests: who asked is written down by the server. */

import { isMap } from '../../kube/objects.ts'
import { put } from '../fields.ts'
import type { Preparation } from './preparation.ts'

export const certificateRequest: Preparation = {
  create(object, _server, { user }) {
    const spec = isMap(object.spec) ? object.spec : {}
    return put(object, ['spec'], { ...spec, username: user.name, ...(user.uid && { uid: user.uid }), groups: [...user.groups] })
  },
  update: (object, old) => put(object, ['spec'], old.spec),
}
