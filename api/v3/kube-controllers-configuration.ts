/** KubeControllersConfiguration: what calico-kube-controllers does; its status repeats what it runs with. */
import { resource } from '../resource.ts'
import { int, int32, list, type Of, obj, oneOf, req, set, str } from '../schema.ts'
import { onOff, texts, v3 } from './group.ts'

const periodic = obj({ reconcilerPeriod: str() })

const spec = obj({
  logSeverityScreen: oneOf(['None', 'Debug', 'Info', 'Warning', 'Error', 'Fatal', 'Panic']),
  healthChecks: oneOf(onOff, { default: 'Enabled' }),
  etcdV3CompactionPeriod: str(),
  prometheusMetricsPort: int({ minimum: 0, maximum: 65535 }),
  debugProfilePort: int32({ minimum: 0, maximum: 65535 }),
  controllers: req(
    obj({
      node: obj({
        reconcilerPeriod: str(),
        syncLabels: oneOf(onOff),
        leakGracePeriod: str(),
        hostEndpoint: obj({
          autoCreate: oneOf(onOff),
          createDefaultHostEndpoint: str(),
          templates: list(
            obj({
              generateName: str({ maxLength: 253 }),
              interfaceCIDRs: set(str()),
              interfacePattern: str(),
              nodeSelector: str(),
              labels: texts,
            }),
          ),
        }),
      }),
      policy: periodic,
      workloadEndpoint: periodic,
      serviceAccount: periodic,
      namespace: periodic,
      loadBalancer: obj({ assignIPs: oneOf(['AllServices', 'RequestedServicesOnly'], { default: 'AllServices' }) }),
      policyMigration: obj({ enabled: oneOf(onOff, { default: 'Enabled' }) }),
    }),
  ),
})

const status = obj({ runningConfig: spec, environmentVars: texts })

export const KubeControllersConfiguration = resource({
  ...v3,
  kind: 'KubeControllersConfiguration',
  plural: 'kubecontrollersconfigurations',
  shortNames: ['kcc', 'kccs'],
  scope: 'Cluster',
  description: 'What calico-kube-controllers does.',
  spec: req(spec),
  status,
  subresources: { status: {} },
})
export interface KubeControllersConfiguration extends Of<typeof KubeControllersConfiguration> {}
export interface KubeControllersConfigurationSpec extends Of<typeof spec> {}
