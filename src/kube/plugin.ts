/** What @kubernetes/client-node is there for: credentials that a program or an identity provider gives. The only file that knows the library; loaded when needed. */
import { KubeConfig } from '@kubernetes/client-node'
import { type Access, CredentialsError } from './kubeconfig.ts'

/** Its authenticators keep what they were given until it ends, even when the server has refused it: a new one asks again. */
export class Plugin {
  readonly #access: Access
  readonly #config = new KubeConfig()

  constructor(access: Access) {
    const { context, cluster, user } = access
    this.#access = access
    this.#config.loadFromOptions({
      clusters: [
        { name: context, server: cluster.server, caFile: cluster['certificate-authority'], caData: cluster['certificate-authority-data'] },
      ],
      users: [{ name: context, exec: user.exec, authProvider: user['auth-provider'] }],
      contexts: [{ name: context, cluster: context, user: context }],
      currentContext: context,
    })
  }

  /** Header names in lower case. Throws CredentialsError. */
  async credentials(): Promise<{ headers: Record<string, string>; tls: { ca?: string; cert?: string; key?: string } }> {
    const options: { headers: Record<string, string>; ca?: unknown; cert?: unknown; key?: unknown } = { headers: {} }
    try {
      await this.#config.applyToHTTPSOptions(options)
    } catch (error) {
      const { source, context } = this.#access
      throw new CredentialsError(`${source}, context ${context}: its plugin gives no credentials: ${(error as Error).message}`, {
        cause: error,
      })
    }
    const text = (value: unknown) => (value === undefined ? undefined : String(value))
    return {
      headers: Object.fromEntries(Object.entries(options.headers).map(([name, value]) => [name.toLowerCase(), value.trim()])),
      tls: { ca: text(options.ca), cert: text(options.cert), key: text(options.key) },
    }
  }
}
