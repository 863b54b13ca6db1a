/** Where the process begins. The commands are in cli/main.ts. */
import { enableCompileCache } from 'node:module'

// Most of a short command's time goes into reading and compiling its sources: Node keeps what comes of that, where it finds a place to.
enableCompileCache()
// Whoever reads what is printed may have seen enough, as `head` has.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1))
const { main } = await import('./cli/main.ts')
process.exitCode = await main(process.argv.slice(2))
