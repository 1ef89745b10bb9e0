import { readFileSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Option } from 'commander'
import type { Command } from 'commander'
import type { RunonceAddresses } from '../../plan/runonce.js'
import { agree } from '../agree.js'
import { UsageError } from '../exit.js'
import { run } from '../run.js'

/** Of `init-runonce`; addresses may stand in the variables of kolla-ansible's script. */
interface RunonceOptions extends RunonceAddresses {
  readonly extNet: boolean
  readonly publicKey?: string
  readonly image?: string
  readonly boot?: true
}

/** Verbs that talk to the cloud's own APIs. */
export function addOpenStackVerbs(program: Command): void {
  const address = (name: string, value: string, what: string) =>
    new Option(`--${name} <${value}>`, what).env(name.replaceAll('-', '_').toUpperCase())
  program
    .command('init-runonce')
    .description(
      'make what a first machine needs: networks, router, flavors, an image, a key pair; what is there is left alone',
    )
    .addOption(address('ext-net-cidr', 'cidr', 'the external network (default: 10.0.2.0/24)'))
    .addOption(
      address(
        'ext-net-range',
        'range',
        'its floating addresses (default: start=10.0.2.150,end=10.0.2.199)',
      ),
    )
    .addOption(address('ext-net-gateway', 'address', 'its gateway (default: 10.0.2.1)'))
    .option('--no-ext-net', 'without an external network')
    .addOption(address('demo-net-cidr', 'cidr', "machines' network (default: 10.0.0.0/24)"))
    .addOption(address('demo-net-gateway', 'address', 'its gateway (default: 10.0.0.1)'))
    .addOption(address('demo-net-dns', 'address', 'its name server (default: 8.8.8.8)'))
    .option('--public-key <file>', 'of the key pair mykey (default: the first ~/.ssh/id_*.pub)')
    .option(
      '--image <file>',
      'an image, raw or qcow2, on the build host or else the first of glance-api (default: the guest, which the build host makes)',
    )
    .option('--boot', 'boot demo1 and give it a floating address, too')
    .action(({ extNet, publicKey: file, ...options }: RunonceOptions, verb: Command) => {
      const publicKey = readPublicKey(file)
      return run(verb, 'initRunonce', (cloud) => ({
        cloud,
        ...options,
        ...(!extNet && { extNet }),
        ...(publicKey !== undefined && { publicKey }),
      }))
    })
}

/** Verbs about one compute host, which ask first. */
export function addComputeVerbs(program: Command): void {
  compute(program, 'drain-compute', 'drainCompute', {
    description: 'let no more machines start on a compute host, and migrate those that it has',
    question: (host) => `Migrate every machine of ${host} to other hosts?`,
  })
  program
    .command('enable-compute')
    .description('let machines start on a compute host again')
    .argument('<host>')
    .action((host: string, _: unknown, verb: Command) =>
      run(verb, 'enableCompute', (cloud) => ({ cloud, host })),
    )
  compute(program, 'remove-compute', 'removeCompute', {
    description:
      "have Nova, Neutron and Placement forget a host that was taken out of the inventory's group compute",
    question: (host) => `Forget ${host}?`,
  })
}

function compute(
  program: Command,
  name: string,
  operation: 'drainCompute' | 'removeCompute',
  { description, question }: { description: string; question: (host: string) => string },
): void {
  program
    .command(name)
    .description(description)
    .argument('<host>')
    .option('-y, --yes', 'without asking')
    .action(async (host: string, { yes }: { yes?: true }, verb: Command) => {
      if (!yes) {
        await agree(question(host), {
          otherwise: `${name} asks before it begins, and there is nobody to ask: say --yes`,
          declined: 'nothing was done',
        })
      }
      await run(verb, operation, (cloud) => ({ cloud, host }))
    })
}

/** @throws UsageError where the file that was named can't be read */
function readPublicKey(file: string | undefined): string | undefined {
  const path = file ?? firstPublicKey(join(homedir(), '.ssh'))
  if (path === undefined) {
    console.error(
      'there is no ~/.ssh/id_*.pub, so no key pair mykey is made: name a public key with --public-key FILE',
    )
    return undefined
  }
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    throw new UsageError(`${path} can't be read: name a public key with --public-key FILE`)
  }
}

function firstPublicKey(folder: string): string | undefined {
  try {
    const names = readdirSync(folder).filter((name) => /^id_.*\.pub$/.test(name))
    return names.sort().map((name) => join(folder, name))[0]
  } catch {
    return undefined
  }
}
