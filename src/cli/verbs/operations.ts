import type { Command } from 'commander'
import { kollaProfiles, ownProfiles } from '../../images/profiles.js'
import { run } from '../run.js'

/** kolla-ansible's verbs that are durable operations. */
export function addOperationVerbs(program: Command): void {
  program
    .command('bootstrap-servers')
    .description('prepare hosts: packages, Docker, time, names (--limit: only these hosts)')
    .option(
      '--take-over',
      "make hosts this cloud's that belong to another state directory, or another Temporal server",
    )
    .action(({ takeOver }: { takeOver?: true }, verb: Command) =>
      run(verb, 'prepareHosts', (cloud, { limit }) => ({
        cloud,
        ...(limit && { hosts: limit }),
        ...(takeOver && { takeOver }),
      })),
    )
  program
    .command('build')
    .description(
      "build the images that the cloud needs with kolla-build, and push them to the cloud's registry",
    )
    .argument(
      '[images...]',
      'Kolla image names, instead of those of all services that the cloud has',
    )
    .option(
      '--profile <name>',
      `a profile of kolla-build: ${kollaProfiles.join(', ')}; or ours: ${Object.keys(ownProfiles).join(', ')}`,
    )
    .option('--adopt', 'what the registry serves of them is right, whoever has pushed it')
    .action((images: string[], options: { profile?: string; adopt?: true }, verb: Command) =>
      run(verb, 'buildImages', (cloud) => ({
        cloud,
        ...options,
        ...(images.length > 0 && { images }),
      })),
    )
  program
    .command('pull')
    .description('pull the images on all hosts; nothing else changes')
    .argument('[release]', 'those that an upgrade to it will need, such as 2026.1')
    .action((release: string | undefined, _: unknown, verb: Command) =>
      run(verb, 'pull', (cloud) => ({ cloud, ...(release !== undefined && { release }) })),
    )
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
  simple(
    program,
    'post-deploy',
    'postDeploy',
    'write clouds.yaml, admin-openrc.sh, public-openrc.sh',
  )
  program
    .command('remove-osd')
    .description('take an OSD of Ceph away for good, after the others have taken over its data')
    .argument('<number>', "Ceph's number of it: 3 for osd.3", number)
    .action((osd: number, _: unknown, verb: Command) =>
      run(verb, 'removeOsd', (cloud) => ({ cloud, osd })),
    )
  program
    .command('wipe-disk')
    .description(
      'make a disk blank that nobody uses, whatever is on it; only with its serial or size',
    )
    .argument('<host>')
    .argument('<disk>', 'such as /dev/sdc')
    .option('--serial <serial>', "the disk's own, as lsblk --nodeps --output NAME,SERIAL tells it")
    .option('--size <size>', 'as lsblk tells it, such as 931.5G, or in bytes')
    .action(
      (host: string, disk: string, proof: { serial?: string; size?: string }, verb: Command) =>
        run(verb, 'wipeDisk', (cloud) => ({
          cloud,
          host,
          disk,
          ...(proof.serial !== undefined && { serial: proof.serial }),
          ...(proof.size !== undefined && { size: proof.size }),
        })),
    )
  simple(program, 'check', 'check', 'prove the health of every service from outside')
  program
    .command('mariadb-backup')
    .description(
      'back the database up into the volume mariadb_backup on its first host, and prove the backup',
    )
    .option('--incremental', 'only what has changed since the last backup')
    .action(({ incremental }: { incremental?: true }, verb: Command) =>
      run(verb, 'mariadbBackup', (cloud) => ({ cloud, ...(incremental && { incremental }) })),
    )
  program
    .command('mariadb-restore')
    .description('put the database back to the moment of a backup (default: the last)')
    .argument('[backup]', 'its id, as `mariadb-backup` printed it')
    .option('--confirm', 'agree that what was written since is lost; else nothing is done')
    .action((backup: string | undefined, { confirm }: { confirm?: true }, verb: Command) =>
      run(verb, 'mariadbRestore', (cloud) => ({
        cloud,
        ...(backup !== undefined && { backup }),
        ...(confirm && { confirm }),
      })),
    )
  simple(
    program,
    'mariadb-recovery',
    'mariadbRecovery',
    'start a Galera cluster whose members are all down, from the one with the newest data',
  )
  program
    .command('mariadb-rejoin')
    .description("set one member's data aside and have it copy all of them from the others")
    .argument('<host>', 'the member')
    .option('--confirm', 'agree that its own data are given up; else nothing is done')
    .action((host: string, { confirm }: { confirm?: true }, verb: Command) =>
      run(verb, 'mariadbRejoin', (cloud) => ({ cloud, host, ...(confirm && { confirm }) })),
    )
}

/** Going to another release, and back. */
export function addReleaseVerbs(program: Command): void {
  program
    .command('upgrade')
    .description(
      'go to another release, host by host: plan, images, release record and backup first; a step that fails waits for `decide`',
    )
    .argument('<release>', 'such as 2026.1')
    .option('--approve', 'show the plan, then wait for `approve`')
    .option('--batch <hosts>', 'hosts of a service at once, such as 2 or 50% (default: 1)', number)
    .option(
      '--canary <wait>',
      "after each service's first host: wait for `approval`, or for so many seconds",
      number,
    )
    .option(
      '--on-failure <what>',
      'pause and wait for `decide`, rollback, or stop (default: pause)',
    )
    .option(
      '--evacuate',
      'move machines away, live, before what carries them on a host is replaced',
    )
    .option('--dry-run', 'only show the plan')
    .action((release: string, options: object, verb: Command) =>
      run(verb, 'upgrade', (cloud) => ({ cloud, release, ...options })),
    )
  program
    .command('rollback')
    .description('go back to a release record (default: the last)')
    .argument('[record]', 'its id, as `releases` lists it')
    .option('--confirm', 'agree that the data go back to the moment that the plan names')
    .option('--dry-run', 'only show the plan')
    .action((record: string | undefined, options: object, verb: Command) =>
      run(verb, 'rollback', (cloud) => ({
        cloud,
        ...(record !== undefined && { record }),
        ...options,
      })),
    )
  simple(program, 'releases', 'releases', 'release records, and what a rollback to each restores')
  program
    .command('prune')
    .description('remove older release records with their backups and images')
    .option('--keep <count>', 'so many records stay (default: 2)', number)
    .action((options: object, verb: Command) =>
      run(verb, 'prune', (cloud) => ({ cloud, ...options })),
    )
}

/** What is no number is left to the check of the input, which says what it must be. */
function number(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text
}

type Cloudy = 'prechecks' | 'postDeploy' | 'check' | 'mariadbRecovery' | 'releases'

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
