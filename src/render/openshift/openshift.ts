/** What OpenShift needs beside Calico itself: to be told which network there is, and on AWS to let nodes talk to each other. Never looks at the cluster. */
import type { Calico } from '../../installation/calico.ts'
import { OpenShiftNetwork } from '../../installation/kinds.ts'
import type { Job } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/objects.ts'
import type { Wanted } from '../../reconcile/controller.ts'
import { container } from '../parts/container.ts'
import { account, allow, role, roleBinding, serviceAccount } from '../parts/rbac.ts'
import { everywhere } from '../parts/scheduling.ts'
import { nonRoot } from '../parts/security.ts'

/**
 * The status of Network `cluster`, in which OpenShift's own components look for what is there. What others say in it stays
 * (spec/installation-controller.md §3, step 45). `mtu` is left out while it is not known.
 */
export const networkStatus = ({ metadata: { name }, spec = {} }: OpenShiftNetwork, mtu: number | undefined): Wanted<OpenShiftNetwork> => ({
  object: {
    apiVersion: OpenShiftNetwork.apiVersion,
    kind: OpenShiftNetwork.kind,
    metadata: { name },
    status: {
      ...(spec.clusterNetwork && { clusterNetwork: spec.clusterNetwork }),
      ...(spec.serviceNetwork && { serviceNetwork: spec.serviceNetwork }),
      networkType: 'Calico',
      ...(mtu && { clusterNetworkMTU: mtu }),
    },
  },
  part: true,
  statusInside: true,
})

const name = 'tigera-aws-security-group-setup'

/** A Job that opens the security groups of the nodes to BGP, IP-in-IP and Typha. `hosted`: the control plane runs elsewhere, so there is one group (spec/installation-render.md §4). */
export function securityGroups({ operator: { namespace }, image }: Calico, { hosted }: { hosted: boolean }): KubeObject[] {
  const job: Job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'aws-security-group-setup-1', namespace },
    spec: {
      template: {
        spec: {
          restartPolicy: 'OnFailure',
          serviceAccountName: name,
          hostNetwork: true,
          tolerations: everywhere,
          containers: [
            container('aws-security-group-setup', {
              image: image('operator'),
              args: ['--aws-sg-setup'],
              env: {
                OPENSHIFT: 'true',
                REQUIRE_AWS: 'true',
                KUBELET_KUBECONFIG: '/etc/kubernetes/kubeconfig',
                HOSTED_OPENSHIFT: hosted ? 'true' : undefined,
              },
              securityContext: nonRoot,
            }),
          ],
        },
      },
    },
  }
  return [
    serviceAccount(name, namespace),
    role(name, [{ ...allow('', ['secrets'], ['get']), resourceNames: ['aws-creds'] }], 'kube-system'),
    roleBinding(name, { subjects: [account(name, namespace)], namespace: 'kube-system' }),
    job,
  ]
}
