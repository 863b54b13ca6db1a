/** The list of controllers. */
import type { Controller } from '../reconcile/controller.ts'
import { admission } from './admission.ts'
import { apiServer } from './apiserver.ts'
import { authority } from './authority.ts'
import { calico } from './calico.ts'
import { crds } from './crds.ts'
import { gatewayCrds } from './gateway-crds.ts'
import { gatewayApi } from './gatewayapi.ts'
import { goldmane } from './goldmane.ts'
import { groundwork } from './groundwork.ts'
import { guardian } from './guardian.ts'
import { ipPools } from './ip-pools.ts'
import { istio } from './istio.ts'
import { kubeProxy, kubeProxyBack } from './kube-proxy.ts'
import { migration } from './migration.ts'
import { misnamed } from './misnamed.ts'
import { openShift } from './openshift.ts'
import { otherMode } from './other-mode.ts'
import { signer } from './signer.ts'
import type { Surroundings } from './surroundings.ts'
import { tiers } from './tiers.ts'
import { whisker } from './whisker.ts'
import { windows } from './windows.ts'

export const controllers = (surroundings: Surroundings): Controller[] => {
  const { manageCrds, v3 } = surroundings.environment
  return [
    ...(manageCrds ? [crds(surroundings)] : []),
    ...(manageCrds && v3 ? [admission(surroundings)] : []),
    authority(surroundings),
    ipPools(surroundings),
    groundwork(surroundings),
    calico(surroundings),
    otherMode(surroundings),
    migration(surroundings),
    openShift(surroundings),
    apiServer(surroundings),
    goldmane(surroundings),
    whisker(surroundings),
    guardian(surroundings),
    gatewayApi(surroundings),
    gatewayCrds(surroundings),
    istio(surroundings),
    tiers(surroundings),
    kubeProxy(surroundings),
    kubeProxyBack(surroundings),
    misnamed(),
    signer(),
    windows(surroundings),
  ] as Controller[]
}
