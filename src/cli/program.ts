import { Command, Option } from 'commander'
import { UsageError } from './exit.js'
import { list, several, single } from './options.js'
import type { Options } from './options.js'

import { addFileVerbs } from './verbs/files.js'
import { addAnswerVerbs } from './verbs/answers.js'
import { addHistoryVerbs } from './verbs/history.js'
import { addOperationVerbs, addReleaseVerbs } from './verbs/operations.js'
import { addComputeVerbs, addOpenStackVerbs } from './verbs/openstack.js'
import { addServerVerbs } from './verbs/server.js'

const examples = `
Examples:
  kolla-temporal server start                                 the local Temporal server and worker, in the background
  kolla-temporal -i multinode --configdir . genpwd            fill passwords.yml
  kolla-temporal -i multinode --configdir . plan              what a deploy would change, and why
  kolla-temporal -i multinode --configdir . deploy            Ctrl-C only detaches: attach comes back
  kolla-temporal --cloud demo reconfigure --tags keystone     a cloud that the workers know by name
  kolla-temporal --cloud demo explain                         what went wrong in the last operation

Exit codes: 0 done, 1 failed, 2 options, files or a host must be mended first, 130 detached (the operation goes on).`

/** Options that only these verbs have a use for. */
const narrow: Readonly<Record<'tags' | 'limit', readonly string[]>> = {
  tags: ['plan', 'deploy', 'reconfigure'],
  limit: ['bootstrap-servers'],
}

/** `version`: what `--version` prints. */
export function createProgram(version: string): Command {
  const program = new Command('kolla-temporal')
    .description("Deploys OpenStack from Kolla's images by durable Temporal workflows.")
    .usage('[options] VERB')
    .version(version)
    .addOption(
      new Option(
        '-i, --inventory <file>',
        'inventory (default: multinode in the configdir)',
      ).argParser(single('--inventory')),
    )
    .option(
      '--configdir <dir>',
      'directory of globals.yml, passwords.yml and config/ (default: /etc/kolla)',
    )
    .option(
      '--cloud <name>',
      "the cloud's name (default: its directory's); alone: one that the workers know",
    )
    .addOption(
      new Option(
        '-t, --tags <services>',
        'only these services (plan, deploy, reconfigure)',
      ).argParser(list),
    )
    .addOption(
      new Option('--limit <hosts>', 'only these hosts (bootstrap-servers)').argParser(list),
    )
    .addOption(
      new Option(
        '--vault-password-file <file>',
        'file with the password of ansible-vault, or a program that prints it; remembered (or ANSIBLE_VAULT_PASSWORD_FILE)',
      ).argParser(several),
    )
    .addOption(
      new Option('--vault-id <label@file>', 'the same with a vault id; may be repeated').argParser(
        several,
      ),
    )
    .addOption(new Option('--ask-vault-password').hideHelp())
    .option('--json', 'one JSON object a line, for programs')
    .option(
      '--address <host:port>',
      "Temporal server (default: TEMPORAL_ADDRESS, Temporal's client profile, 127.0.0.1:7233)",
    )
    .option('--namespace <name>', 'Temporal namespace (default: the same way, then "default")')
    .option(
      '--temporal-profile <name>',
      "profile of Temporal's client configuration (default: TEMPORAL_PROFILE)",
    )
    .addHelpText('after', examples)
    .configureHelp({ showGlobalOptions: true, helpWidth: 120 })
    .showHelpAfterError('(`kolla-temporal --help` lists verbs and options)')
    .exitOverride()
    .hook('preAction', (_, verb) => refuseNarrow(verb))

  addFileVerbs(program)
  addOperationVerbs(program)
  addOpenStackVerbs(program)
  addComputeVerbs(program)
  addReleaseVerbs(program)
  addAnswerVerbs(program)
  addHistoryVerbs(program)
  addServerVerbs(program)
  return program
}

function refuseNarrow(verb: Command): void {
  const options: Options = verb.optsWithGlobals()
  for (const option of ['tags', 'limit'] as const) {
    const verbs = narrow[option]
    if (options[option] && !verbs.includes(verb.name())) {
      throw new UsageError(
        `--${option} means nothing to ${verb.name()}; it is for: ${verbs.join(', ')}`,
      )
    }
  }
}
