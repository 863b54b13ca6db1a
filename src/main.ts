/** Where the process begins. The commands are in cli/main.ts. */
import { main } from './cli/main.ts'

process.exitCode = await main(process.argv.slice(2))
