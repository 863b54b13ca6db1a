/** Where things live. Holds names only. */

/** The namespace of all that the operator installs, unless an object says otherwise. */
export const calicoSystem = 'calico-system'
/** The namespace of Envoy Gateway and, mostly, its proxies. */
export const gatewaySystem = 'tigera-gateway'
