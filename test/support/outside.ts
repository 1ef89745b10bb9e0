import { parse } from 'yaml'
import type { Installation } from './installation.js'
import { floatingAddress, onHost, onHosts } from './lab.js'

/** Asks MariaDB through the floating address, as root, from another host than the one that serves. */
export async function querySql(installation: Installation, sql: string): Promise<string> {
  const { database_password: password = '' } = parse(await installation.read('passwords.yml')) as {
    database_password?: string
  }
  const options = `[client]\nhost=${floatingAddress}\nuser=root\npassword=${password}\n`
  const command = `timeout 20 docker exec -i mariadb mariadb --defaults-extra-file=/dev/stdin -NBe ${JSON.stringify(sql)}`
  const errors: unknown[] = []
  for (const host of ['kolla2', 'kolla3', 'kolla1']) {
    try {
      return await onHost(host, command, options)
    } catch (error) {
      errors.push(error) // a host that is switched off asks nothing
    }
  }
  throw errors[0]
}

/** Has Keystone issue a token with the written clouds.yaml, asked from this machine. Returns what it is about. */
export async function issueToken(installation: Installation): Promise<Record<string, unknown>> {
  return (await logIn(installation)).about
}

/** As `issueToken`, with the token itself. */
export async function logIn(
  installation: Installation,
): Promise<{ token: string; about: Record<string, unknown> }> {
  const { clouds } = parse(await installation.read('clouds.yaml')) as {
    clouds: Record<string, { auth: Record<string, string> }>
  }
  const auth = clouds['kolla-admin']?.auth ?? {}
  const named = (name: string | undefined) => ({ name, domain: { id: 'default' } })
  const response = await fetch(`${auth['auth_url'] ?? ''}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { ...named(auth['username']), password: auth['password'] } },
        },
        scope: { project: named(auth['project_name']) },
      },
    }),
    signal: AbortSignal.timeout(20_000),
  })
  if (response.status !== 201) throw new Error(`Keystone answered ${response.status}`)
  const token = response.headers.get('x-subject-token') ?? ''
  if (!token.startsWith('gAAAA')) throw new Error('no Fernet token in the answer')
  const { token: about } = (await response.json()) as { token: Record<string, unknown> }
  return { token, about }
}

/** What every container was made from, host by host in the order of their names. */
export function containerLabels(): Promise<string[]> {
  return onHosts(
    "docker ps --all --format '{{.Names}}' | sort | xargs docker inspect -f '{{.Name}} {{.State.Status}} {{json .Config.Labels}}'",
  )
}

export interface ContainerState {
  readonly id: string
  readonly startedAt: string
}

/** `kolla1/keystone` → identity and start of every container. */
export async function containersOn(hosts: readonly string[]): Promise<Map<string, ContainerState>> {
  const format = '{{.Name}} {{.Id}} {{.State.StartedAt}}'
  const lists = await Promise.all(
    hosts.map((host) => onHost(host, `docker inspect -f '${format}' $(docker ps -aq)`)),
  )
  return new Map(
    lists.flatMap((text, index) =>
      text.split('\n').map((line) => {
        const [name = '', id = '', startedAt = ''] = line.split(' ')
        return [`${hosts[index] ?? ''}${name}`, { id, startedAt }] as const
      }),
    ),
  )
}
