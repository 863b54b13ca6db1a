/** The flags of the operator's process: those of the reference, with its names and defaults (spec/installation-controller.md §1.1). Says what they are; does nothing. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { truth } from './go-flags.ts'

export interface OperatorFlags {
  enableLeaderElection: boolean
  manageCrds: boolean
  bootstrapCrds: boolean
  preDelete: boolean
  version: boolean
  printImages?: string
  printCalicoCrds?: string
  kubeconfig?: string
  urlOnlyKubeconfig?: string
  zapLogLevel?: string
  zapDevel: boolean
  zapEncoder?: 'json' | 'console'
  zapTimeEncoding: TimeEncoding
}

export const timeEncodings = ['rfc3339', 'rfc3339nano', 'iso8601', 'epoch', 'millis', 'nano'] as const
export type TimeEncoding = (typeof timeEncodings)[number]

/** As Go has it: the flag alone is true, and `=false` is false. */
const boolean = (name: string, description: string, value = false): Option =>
  new Option(`--${name} [bool]`, description)
    .preset(true)
    .default(value)
    .argParser(text => {
      const parsed = typeof text === 'boolean' ? text : truth(text)
      if (parsed === undefined) throw new InvalidArgumentError('Write true or false.')
      return parsed
    })

const text = (flags: string, description: string, accept: (value: string) => string | undefined = () => undefined): Option =>
  new Option(flags, description).argParser(value => {
    const fault = accept(value)
    if (fault) throw new InvalidArgumentError(fault)
    return value
  })

/** The command line or an environment variable says what cannot be: the process ends with 2 and this message. */
export class WrongUsage extends Error {
  override name = 'WrongUsage'
}

/** A flag that cannot be had here: it is known, so that whoever gives it learns why. */
const refused = (name: string, why: string): Option =>
  new Option(`--${name} [value]`)
    .hideHelp()
    .preset('')
    .argParser(value => {
      if (truth(value) === false) return undefined
      throw new WrongUsage(`--${name}: ${why}`)
    })

const enterprise = 'This operator installs Calico, the open source; Calico Enterprise needs the operator that comes with it.'

const level = (value: string) =>
  /^(debug|info|warn|error|panic|[1-9]\d*)$/.test(value) ? undefined : 'Write debug, info, warn, error, panic, or a number above 0.'

const images = (value: string) => {
  if (value === 'listenterprise') throw new WrongUsage(`--print-images ${value}: ${enterprise}`)
  return value === 'list' || value === 'listcalico' ? undefined : 'Write list or listcalico; both print the images of Calico.'
}

const variant = (value: string) => {
  if (/enterprise/i.test(value)) throw new WrongUsage(`--variant ${value}: ${enterprise}`)
  return value === 'Calico' ? undefined : 'Write Calico.'
}

const options: Option[] = [
  text('--kubeconfig <path>', 'reach the cluster by this file; otherwise by KUBECONFIG, by the pod, by ~/.kube/config'),
  text(
    '--url-only-kubeconfig <path>',
    'take only the address of the API server from this file, for the operator and for the pods it makes',
  ),
  boolean('enable-leader-election', 'act only while holding the lease, so that one of several operators does', true),
  boolean('manage-crds', 'install CRDs and admission policies, and keep them'),
  boolean('bootstrap-crds', 'install the CRDs and admission policies that are missing, and end'),
  boolean('pre-delete', 'delete the resources named default in the order that lets Calico go in peace, wait for that, and end'),
  text('--variant <name>', 'what the CRDs are for: Calico', variant).default('Calico'),
  text('--print-images <which>', 'print the images that are used (list, listcalico), and end', images),
  text('--print-calico-crds <name>', 'print the CRDs (all, or those whose names begin so), and end'),
  boolean('version', 'print versions, and end'),
  text('--zap-log-level <level>', 'debug, info, warn, error, panic, or a number above 0 (more is chattier)', level),
  boolean('zap-devel', 'log for people: as text, from debug on'),
  new Option('--zap-encoder <form>', 'log as json or for the console').choices(['json', 'console']),
  new Option('--zap-time-encoding <form>', 'the form of times in the log').choices(timeEncodings).default('rfc3339'),
  new Option('--zap-stacktrace-level <level>').hideHelp(),
  refused('print-enterprise-crds', enterprise),
  refused(
    'aws-sg-setup',
    'This program does not speak to AWS: the Job that it makes for security groups runs the image of tigera/operator.',
  ),
]

const variables = `
Environment:
  OPERATOR_NAMESPACE, OPERATOR_NAME, OPERATOR_SERVICEACCOUNT
                                   where the operator runs, and as whom
  KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT
                                   where it reaches the API, and so do pods in
                                   the network of their node
  CALICO_API_GROUP                 projectcalico.org/v3 or
                                   crd.projectcalico.org/v1: the group of
                                   Calico's own resources
  METRICS_HOST, METRICS_PORT       where metrics are served, if either is set`

/** Adds the flags to a command, whose options are then OperatorFlags. */
export function withOperatorFlags(command: Command): Command {
  for (const option of options) command.addOption(option)
  command.addHelpText('after', variables)
  return command.configureHelp({ optionTerm: ({ flags }) => flags.replace(' [bool]', '[=bool]'), optionDescription: described })
}

function described({ description, argChoices, defaultValue }: Option): string {
  const usual = defaultValue === undefined || defaultValue === false ? [] : [`by default ${defaultValue}`]
  const notes = [...(argChoices ? [argChoices.join(', ')] : []), ...usual]
  return notes.length > 0 ? `${description} (${notes.join('; ')})` : description
}
