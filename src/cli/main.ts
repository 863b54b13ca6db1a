/** The command line: which commands there are, and what each takes. Every command is loaded when it is asked for; without one the operator runs. */
import { Command, CommanderError, Option } from 'commander'
import { CredentialsError } from '../kube/kubeconfig.ts'
import { fromGo } from './go-flags.ts'
import { ManifestError } from './manifests.ts'
import { type OperatorFlags, WrongUsage, withOperatorFlags } from './operator-flags.ts'

/** What a program ends with. 2 is a wrong command line, 1 is anything else that did not work. */
type ExitCode = 0 | 1 | 2

/** The arguments are those after the program's name. Resolves when the command has done what it does; messages have been printed. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = 0
  const program = commands(ended => {
    code = ended
  })
  try {
    await program.parseAsync(isOperator(args) ? ['run', ...fromGo(args)] : runAsGo(args), { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (error instanceof WrongUsage) return told(error.message, 2)
    if (error instanceof CredentialsError || error instanceof ManifestError) return told(error.message, 1)
    return told(error instanceof Error ? (error.stack ?? error.message) : String(error), 1)
  }
}

/** As in `operator -manage-crds`, which is how Deployments of the reference start it. */
const isOperator = ([first]: readonly string[]): boolean =>
  first === undefined || (first.startsWith('-') && !['-h', '-help', '--help'].includes(first))

const runAsGo = ([command, ...rest]: readonly string[]): string[] =>
  command === 'run' ? [command, ...fromGo(rest)] : [command === '-help' ? '--help' : (command ?? ''), ...rest]

function told(message: string, code: ExitCode): ExitCode {
  process.stderr.write(`error: ${message}\n`)
  return code
}

function commands(end: (code: ExitCode) => void): Command {
  const program = new Command('calico-operator')
    .description('Installs Calico on Kubernetes and keeps it, as one resource named Installation asks for it.')
    .usage('[command] [options]')
    .exitOverride()
    .showHelpAfterError(`See 'calico-operator --help' and 'calico-operator run --help'.`)
    .showSuggestionAfterError()
    .addHelpText('after', `\nWithout a command the operator runs: 'calico-operator --manage-crds' is 'calico-operator run --manage-crds'.`)
  operatorCommand(program, end)
  tableCommands(program)
  return program
}

function operatorCommand(program: Command, end: (code: ExitCode) => void): void {
  withOperatorFlags(program.command('run').description('run the operator against a cluster (flags may have one dash or two)')).action(
    async (flags: OperatorFlags) => {
      if (flags.version || flags.printImages || flags.printCalicoCrds !== undefined) end(await print(flags))
      else end(await (await import('./run.ts')).run(flags))
    },
  )
}

async function print({ version, printImages, printCalicoCrds }: OperatorFlags): Promise<ExitCode> {
  const { crdText, imageList, versions } = await import('./print.ts')
  const mode = process.env.CALICO_API_GROUP === 'projectcalico.org/v3' ? 'v3' : 'v1'
  const text = version ? versions() : printImages ? imageList() : crdText(printCalicoCrds ?? '', mode)
  if (text !== undefined) process.stdout.write(text)
  else process.stderr.write(`error: no CRD of this mode (${mode}) has a name that begins with ${printCalicoCrds}\n`)
  return text === undefined ? 1 : 0
}

function tableCommands(program: Command): void {
  const form = () => new Option('-o, --output <form>', 'text or json').choices(['text', 'json']).default('text')
  program
    .command('capabilities')
    .description('print what can be combined with what, and what cannot')
    .addOption(form())
    .action(async ({ output }) => void process.stdout.write((await import('./capabilities.ts')).capabilities(output)))
  program
    .command('rules')
    .description('print every rule that an Installation has to follow')
    .addOption(form())
    .action(async ({ output }) => void process.stdout.write((await import('./capabilities.ts')).ruleList(output)))
}
