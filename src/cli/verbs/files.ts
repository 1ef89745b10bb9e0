import type { Command } from 'commander'
import type { Options } from '../options.js'

/** Verbs about the operator's own files: no server is needed. */
export function addFileVerbs(program: Command): void {
  program
    .command('genpwd')
    .description('fill what is empty or missing in passwords.yml; what is set stays')
    .option('-p, --passwords <file>', 'the file (default: passwords.yml in the configdir)')
    .action(async ({ passwords }: { passwords?: string }, verb: Command) => {
      const { fillPasswords } = await import('../fill-passwords.js')
      await fillPasswords(verb.optsWithGlobals<Options>(), passwords)
    })
  program
    .command('trust')
    .description(
      "record the hosts' SSH keys once, in known_hosts of the configdir; later a change stops every run",
    )
    .option('-y, --yes', 'record new keys without asking')
    .option('--replace', 'accept keys that changed, of hosts that were reinstalled')
    .action(async (choices: { yes?: true; replace?: true }, verb: Command) => {
      const { trustHosts } = await import('../trust-hosts.js')
      await trustHosts(verb.optsWithGlobals<Options>(), choices)
    })
}
