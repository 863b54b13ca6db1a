/** Every reason that a condition can have: what it means, how bad it is, what to do. The same words in status, events, metrics, the command line and the documentation. */
import type { Reason } from '../reconcile/problems.ts'

/** `waiting`: somebody else acts first, and the operator goes on by itself. `error`: somebody has to act. */
type Severity = 'ok' | 'waiting' | 'error'

export interface CatalogueEntry {
  readonly severity: Severity
  readonly meaning: string
  readonly remedy: string
}

const nothing = 'Nothing has to be done.'

export const catalogue: Readonly<Record<Reason, CatalogueEntry>> = {
  AllObjectsAvailable: { severity: 'ok', meaning: 'Everything is as wanted.', remedy: nothing },
  NotApplicable: { severity: 'ok', meaning: 'This does not apply to the cluster.', remedy: nothing },
  Unknown: { severity: 'ok', meaning: 'Nothing is known yet, or nothing is wrong in this respect.', remedy: 'See the other conditions.' },
  ResourceNotReady: {
    severity: 'waiting',
    meaning: 'Something that is needed is there and not ready yet.',
    remedy: 'Wait; if it lasts, look at what the message names.',
  },
  ResourceNotFound: {
    severity: 'waiting',
    meaning: 'Something that is needed is not there yet.',
    remedy: 'Create what the message names, or wait for who creates it.',
  },
  ResourceMigrationError: {
    severity: 'waiting',
    meaning: 'A move from another installation has stopped.',
    remedy: 'Look at the nodes and pods that the message names; the move goes on when they are well.',
  },
  PodFailure: {
    severity: 'error',
    meaning: 'Pods fail.',
    remedy: 'Look at the pod that the message names: `kubectl describe` shows its events, `kubectl logs --previous` its last words.',
  },
  InvalidConfigurationError: {
    severity: 'error',
    meaning: 'What was asked for cannot be had.',
    remedy: 'Change the fields that the message names; all violations are listed.',
  },
  ResourceValidationError: {
    severity: 'error',
    meaning: 'An object that the operator depends on says something it must not.',
    remedy: 'Change the object that the message names.',
  },
  ImageSetError: {
    severity: 'error',
    meaning: 'The ImageSet does not name the images that are needed.',
    remedy: 'Complete the ImageSet of this version, or delete all ImageSets to use tags.',
  },
  CertificateError: {
    severity: 'error',
    meaning: 'A key pair or certificate in a Secret cannot be used.',
    remedy: 'Replace what the message names, or delete the Secret so that the operator issues a pair.',
  },
  CertificateReadError: {
    severity: 'error',
    meaning: 'A certificate could not be read.',
    remedy: 'See that the Secret or ConfigMap that the message names holds PEM.',
  },
  ResourceReadError: {
    severity: 'error',
    meaning: 'Something could not be read from the API server.',
    remedy: 'See that the API server serves it, and that the operator’s service account may read it.',
  },
  ResourceCreateError: {
    severity: 'error',
    meaning: 'Something could not be created.',
    remedy: 'See what the API server says in the message; it is tried again.',
  },
  ResourceUpdateError: {
    severity: 'error',
    meaning: 'The API server refused a change.',
    remedy: 'See what it says in the message: a missing right, an admission webhook, a field that cannot change. It is tried again.',
  },
  ResourcePatchError: {
    severity: 'error',
    meaning: 'The API server refused a change to somebody else’s object.',
    remedy: 'See what it says in the message; it is tried again.',
  },
  ResourceScalingError: {
    severity: 'error',
    meaning: 'A workload cannot have the replicas it needs.',
    remedy: 'Add nodes that it may run on, or take away what keeps it from them.',
  },
  ResourceRenderingError: {
    severity: 'error',
    meaning: 'The wanted objects could not be worked out.',
    remedy: 'See the operator’s log, and report it: this is a fault of the operator.',
  },
  MigrationError: {
    severity: 'error',
    meaning: 'The existing installation cannot be taken over as it is.',
    remedy: 'Change what the message names in the existing installation.',
  },
  UpgradeError: { severity: 'error', meaning: 'The upgrade cannot go on.', remedy: 'See the message for what holds it up.' },
  InternalServerError: {
    severity: 'error',
    meaning: 'The operator met a fault of its own.',
    remedy: 'See the operator’s log, and report it; it is tried again.',
  },
}

const order: readonly Severity[] = ['error', 'waiting', 'ok']

/** For sorting: the worst first, else as found. */
export const bySeverity = (a: Reason, b: Reason): number => order.indexOf(catalogue[a].severity) - order.indexOf(catalogue[b].severity)
