/** Volumes that are a directory or file of the node, and configuration as files. Fills in shapes; never decides. */
import type { Volume } from '../../kube/kinds.ts'

type HostPathType = '' | 'Directory' | 'DirectoryOrCreate' | 'FileOrCreate'

/** A path of the node; an empty type demands nothing of it. */
export const hostPath = (name: string, path: string, type: HostPathType = ''): Volume => ({ name, hostPath: { path, type } })

/** A ConfigMap as files; that of the volume's own name unless another is given. */
export const configMapFiles = (name: string, configMap = name): Volume => ({ name, configMap: { name: configMap } })
