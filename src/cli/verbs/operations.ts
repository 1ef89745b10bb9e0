import type { Command } from 'commander'
import type { OperationInputs, OperationName } from '../../../workflows/operations.js'
import { chooseCloud } from '../cloud-choice.js'
import { connected } from '../connected.js'
import { watch } from '../watch.js'
import type { Options } from '../options.js'

/** kolla-ansible's verbs that are durable operations. */
export function addOperationVerbs(program: Command): void {
  program
    .command('bootstrap-servers')
    .description('prepare hosts: packages, Docker, time, names (--limit: only these hosts)')
    .action((_, verb: Command) =>
      run(verb, 'prepareHosts', (cloud, { limit }) => ({ cloud, ...(limit && { hosts: limit }) })),
    )
  program
    .command('build')
    .description(
      "build the images that the cloud needs with kolla-build, and push them to the cloud's registry",
    )
    .argument('[images...]', 'Kolla image names, instead of the profile `control-plane`')
    .option(
      '--profile <name>',
      'a profile of kolla-build: infra, main, aux, default, gate; or ours: control-plane',
    )
    .action((images: string[], { profile }: { profile?: string }, verb: Command) =>
      run(verb, 'buildImages', (cloud) => ({
        cloud,
        ...(profile !== undefined && { profile }),
        ...(images.length > 0 && { images }),
      })),
    )
  simple(program, 'pull', 'pull', 'pull the images on all hosts; nothing else changes')
  simple(
    program,
    'prechecks',
    'prechecks',
    'check files, hosts, ports, disks and images; all findings at once',
  )
  byService(program, 'plan', 'show what a deploy would change on which host, and why')
  byService(
    program,
    'deploy',
    'bring the cloud to what its files describe; what is so already is left alone',
  )
  byService(program, 'reconfigure', 'the same as deploy, as kolla-ansible names it after a change')
  simple(program, 'post-deploy', 'postDeploy', 'write admin-openrc.sh and clouds.yaml')
  program
    .command('remove-osd')
    .description('take an OSD of Ceph away for good, after the others have taken over its data')
    .argument('<number>', "Ceph's number of it: 3 for osd.3")
    .action((osd: string, _: unknown, verb: Command) =>
      run(verb, 'removeOsd', (cloud) => ({ cloud, osd: Number(osd) })),
    )
  simple(program, 'check', 'check', 'prove the health of every service from outside')
}

type Cloudy = 'pull' | 'prechecks' | 'postDeploy' | 'check'

function simple(program: Command, name: string, operation: Cloudy, description: string): void {
  program
    .command(name)
    .description(description)
    .action((_, verb: Command) => run(verb, operation, (cloud) => ({ cloud })))
}

function byService(program: Command, name: 'plan' | 'deploy' | 'reconfigure', description: string) {
  program
    .command(name)
    .description(`${description} (--tags: only these services)`)
    .action((_, verb: Command) =>
      run(verb, name, (cloud, { tags }) => ({ cloud, ...(tags && { services: tags }) })),
    )
}

async function run<Name extends OperationName>(
  verb: Command,
  operation: Name,
  input: (cloud: string, options: Options) => OperationInputs[Name],
): Promise<void> {
  const options: Options = verb.optsWithGlobals()
  const cloud = await chooseCloud(options)
  await connected(options, async (client) => {
    await client.requireWorker()
    const handle = await client.start(operation, input(cloud, options))
    await watch(handle, { json: options.json === true, answer: operation === 'plan' })
  })
}
