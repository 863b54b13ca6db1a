/** Paths of Windows nodes, as programs there are told them. Knows no file system. */
import { posix } from 'node:path'

/** The path on drive C, which is the only one: the drive's name is left out. */
export const onDriveC = (path: string): string => path.replace(/^[cC]:/, '')

/** A file of a directory on drive C, with the drive's name. Backslashes stay: Windows takes either, and running pods have it so. */
export const fileOnDriveC = (directory: string, file: string): string => posix.join('c:', onDriveC(directory), file)
