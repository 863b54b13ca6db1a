/** The command line: which commands there are, and what each takes. Every command is loaded when it is asked for; without one the operator runs. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { CredentialsError } from '../kube/kubeconfig.ts'
import type { Variables } from './environment.ts'
import { fromGo } from './go-flags.ts'
import { ManifestError } from './manifests.ts'
import { type OperatorFlags, WrongUsage, withOperatorFlags } from './operator-flags.ts'

/** What a program ends with. 2 is a wrong command line, 1 is anything else that did not work. */
type ExitCode = 0 | 1 | 2

/** What a command has around it. */
export interface Shell {
  env: Variables
  out(text: string): void
  err(text: string): void
}

const shellOfProcess: Shell = {
  env: process.env,
  out: text => void process.stdout.write(text),
  err: text => void process.stderr.write(text),
}

/** The arguments are those after the program's name. Resolves when the command has done what it does; messages have been printed. */
export async function main(args: readonly string[], shell: Shell = shellOfProcess): Promise<ExitCode> {
  let code: ExitCode = 0
  const program = commands(shell, ended => {
    code = ended
  })
  const told = (message: string, ended: ExitCode): ExitCode => {
    shell.err(`error: ${message}\n`)
    return ended
  }
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

const runAsGo = ([command = '', ...rest]: readonly string[]): string[] =>
  command === 'run' ? [command, ...fromGo(rest)] : [command === '-help' ? '--help' : command, ...rest]

type End = (code: ExitCode) => void

function commands(shell: Shell, end: End): Command {
  const program = new Command('calico-operator')
    .description('Installs Calico on Kubernetes and keeps it, as one resource named Installation asks for it.')
    .usage('[command] [options]')
    .configureOutput({ writeOut: shell.out, writeErr: shell.err })
    .exitOverride()
    .showHelpAfterError(`See 'calico-operator --help' and 'calico-operator run --help'.`)
    .showSuggestionAfterError()
    .addHelpText('after', `\nWithout a command the operator runs: 'calico-operator --manage-crds' is 'calico-operator run --manage-crds'.`)
  operatorCommand(program, shell, end)
  renderCommand(program, shell, end)
  demoCommand(program, shell, end)
  tableCommands(program, shell)
  return program
}

function operatorCommand(program: Command, shell: Shell, end: End): void {
  withOperatorFlags(program.command('run').description('run the operator against a cluster (flags may have one dash or two)')).action(
    async (flags: OperatorFlags) => {
      if (flags.version || flags.printImages || flags.printCalicoCrds !== undefined) end(await print(flags, shell))
      else end(await (await import('./run.ts')).run(flags, shell.env))
    },
  )
}

async function print({ version, printImages, printCalicoCrds }: OperatorFlags, { env, out, err }: Shell): Promise<ExitCode> {
  const { crdText, imageList, versions } = await import('./print.ts')
  const mode = env.CALICO_API_GROUP === 'projectcalico.org/v3' ? 'v3' : 'v1'
  const text = version ? versions() : printImages ? imageList() : crdText(printCalicoCrds ?? '', mode)
  if (text !== undefined) out(text)
  else err(`error: no CRD of this mode (${mode}) has a name that begins with ${printCalicoCrds}\n`)
  return text === undefined ? 1 : 0
}

function renderCommand(program: Command, shell: Shell, end: End): void {
  program
    .command('render')
    .description('print what the operator would make of resources, on a cluster in memory; touches no real one')
    .requiredOption('-f, --filename <path...>', 'resources as YAML or JSON: files, directories, - for standard input')
    .option('-o, --output <form>', 'yaml, json, or dir=PATH for a file per object', 'yaml')
    .addOption(
      new Option('--mode <mode>', "the group of Calico's own resources: projectcalico.org/v3 or crd.projectcalico.org/v1")
        .choices(['v3', 'v1'])
        .default('v3'),
    )
    .addOption(new Option('--nodes <number>', 'how many nodes to simulate, where none are among the resources').argParser(count).default(3))
    .option('--provider <name>', 'kubernetesProvider, in place of what the Installation says')
    .action(async ({ output, ...options }) => {
      const [{ render }, { formOf }] = await Promise.all([import('./render.ts'), import('./rendered.ts')])
      const form = formOf(output)
      if (!form) throw new WrongUsage(`--output ${output}: write yaml, json or dir=PATH`)
      end(await render({ ...options, output: form }, shell))
    })
}

function demoCommand(program: Command, { env }: Shell, end: End): void {
  program
    .command('demo')
    .description('show an installation on a cluster in this process')
    .option('-f, --filename <path...>', 'resources in place of the samples: files, directories, - for standard input')
    .option('--keep', 'leave it running, for kubectl and Helm', false)
    .addOption(new Option('--nodes <number>', 'how many nodes join').argParser(count).default(5))
    .option('--fast', 'without the moments that nodes and pods take', false)
    .action(async options => end(await (await import('./demo.ts')).demo(options, env)))
}

function count(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('Write a whole number up to 9999.')
  return Number(text)
}

function tableCommands(program: Command, { out }: Shell): void {
  const form = () => new Option('-o, --output <form>', 'text or json').choices(['text', 'json']).default('text')
  program
    .command('capabilities')
    .description('print what can be combined with what, and what cannot')
    .addOption(form())
    .action(async ({ output }) => out((await import('./capabilities.ts')).capabilities(output)))
  program
    .command('rules')
    .description('print every rule that an Installation has to follow')
    .addOption(form())
    .action(async ({ output }) => out((await import('./capabilities.ts')).ruleList(output)))
}
