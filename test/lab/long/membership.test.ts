import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Installation } from '../../support/installation.js'
import { Keystone } from '../../support/keystone.js'
import { cleanHosts, hosts, onHost, onHosts } from '../../support/lab.js'
import { querySql } from '../../support/outside.js'

/** A cloud that begins with one host, grows to three, and gives one up. The parts run in this order. */
let installation: Installation
beforeAll(async () => {
  installation = await Installation.start()
  await installation.run('bootstrap-servers', '--take-over')
  await installation.run('build')
  await cleanHosts()
  await installation.write('multinode', inventory(['kolla1']))
})
afterAll(() => installation.stop())

function inventory(members: readonly string[], others: readonly string[] = []): string {
  const line = (host: string) => `${host} ansible_host=192.168.8.${69 + Number(host.at(-1))}\n`
  const all = [...members, ...others]
  return `[control]
${members.map(line).join('')}[network:children]
control
[compute]
${all.map(line).join('')}[monitoring]
kolla1
[storage:children]
control
[registry]
kollar ansible_host=192.168.8.73
[all:vars]
ansible_user=root
ansible_ssh_private_key_file=id_ed25519
`
}

const clusterSize = () => querySql(installation, "SHOW STATUS LIKE 'wsrep_cluster_size'")

async function rabbitmqNodes(host: string): Promise<readonly string[]> {
  const text = await onHost(
    host,
    'docker exec rabbitmq rabbitmqctl --silent cluster_status --formatter json',
  )
  return (JSON.parse(text) as { disk_nodes: string[] }).disk_nodes.sort()
}

describe('hosts that join', () => {
  it('serve like the one that was there, which keeps its data', async () => {
    await installation.run('deploy')
    await installation.run('post-deploy')
    expect(await clusterSize()).toMatch(/1$/)
    const keystone = await Keystone.of(installation)
    await keystone.createUser('early')
    const token = await keystone.token()

    await installation.write('multinode', inventory(hosts))
    await installation.run('trust', '--yes')
    await installation.run('bootstrap-servers')
    await installation.run('deploy')

    expect(await clusterSize()).toMatch(/3$/)
    expect(await rabbitmqNodes('kolla3')).toEqual(hosts.map((host) => `rabbit@${host}`))
    expect(await keystone.userNames()).toContain('early')
    expect(await keystone.accepts(token)).toBe(true)
    const keys = await onHosts(
      'cd $(docker volume inspect -f {{.Mountpoint}} keystone_fernet_tokens); sha256sum *',
    )
    expect(new Set(keys).size).toBe(1)
    await installation.run('check')
    expect(await installation.run('plan')).toContain('Nothing to change')
  })
})

describe('a host that leaves', () => {
  it('is left with no container of the control plane, and the others go on', async () => {
    await installation.write('multinode', inventory(['kolla1', 'kolla2'], ['kolla3']))
    expect(await installation.run('plan')).toMatch(/kolla3 +mariadb +mariadb +remove/)
    await installation.run('deploy')
    expect(await onHost('kolla3', "docker ps --all --format '{{.Names}}'")).toBe('cron')
    expect(await clusterSize()).toMatch(/2$/)
    await onHost('kolla1', 'docker exec rabbitmq rabbitmqctl forget_cluster_node rabbit@kolla3')
    expect(await rabbitmqNodes('kolla1')).toEqual(['rabbit@kolla1', 'rabbit@kolla2'])

    await installation.write('multinode', inventory(['kolla1', 'kolla2']))
    await installation.run('bootstrap-servers')
    expect(await onHost('kolla1', 'getent hosts kolla3 || true')).toBe('')
    await installation.run('check')
    expect(await installation.run('plan')).toContain('Nothing to change')
    expect(await (await Keystone.of(installation)).userNames()).toContain('early')
  })
})
