/** Where the process begins. The commands are in cli/main.ts. */
import { main } from './cli/main.ts'

// Whoever reads what is printed may have seen enough, as `head` has.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1))
process.exitCode = await main(process.argv.slice(2))
