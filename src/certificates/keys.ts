/**
 * What a renderer needs to know of a key pair and of the trusted bundle, wherever they come from: issued here, brought by the user, or requested by the pod itself.
 * Only describes; never holds a private key.
 */
import type { Container, SecurityContext, Volume, VolumeMount } from '../kube/kinds.ts'

/** A key pair as one pod uses it. */
export interface KeyPair {
  /** The Secret, and the volume's name. */
  readonly secretName: string
  /** Annotations of the pod template, so that a new certificate starts new pods. */
  readonly hash: Record<string, string>
  readonly volume: Volume
  readonly mount: VolumeMount
  /** Absolute paths inside the container. */
  readonly certFile: string
  readonly keyFile: string
  /** What whoever calls the pod has to trust, PEM in base64: the certificate with its authority, or the authority alone where the pod requests its certificate. */
  readonly caBundle: string
  /** Present when the pod requests its certificate itself: the container that does so, before all others. */
  readonly initContainer?: (options: ProvisionerOptions) => Container
  /** Whom a peer shall expect: of pairs issued here the constant name, of the user's what the Secret says. */
  readonly commonName?: string
  readonly uriSan?: string
}

export interface ProvisionerOptions {
  /** The namespace of the pod; it is also the value of the request's `k8s-app` label. */
  namespace: string
  /** That of the pod's main container. */
  securityContext?: SecurityContext
}

/** The ConfigMap of authorities that a pod trusts, as the pod uses it. */
export interface TrustedBundle {
  /** Annotations of the pod template. */
  readonly hashes: Record<string, string>
  readonly volume: Volume
  readonly mounts: VolumeMount[]
  /** The file handed to programs. */
  readonly path: string
}
