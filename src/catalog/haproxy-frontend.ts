import type { Cloud } from '../model/cloud.js'
import { externalVip } from '../model/external-vip.js'
import { galeraCheck } from './galera-check.js'
import { addressOf, shortHostname } from './host-view.js'
import type { HostView } from './host-view.js'
import { componentsOf } from './service.js'
import type { Check, Component, Frontend, Service } from './service.js'

/**
 * kolla-ansible's `inter 2000 rise 2 fall 5`, but asking faster while a member changes its state: a member that died is
 * out after four seconds instead of ten, one that came up is in after two instead of four.
 */
const check = 'check inter 2000 fastinter 500 downinter 1000 rise 2 fall 5'

/**
 * Long-lived connections to a member whose host is gone end within 15 seconds, whether they are idle or wait for an answer.
 * HAProxy 3.0.11 with `on-marked-down shutdown-sessions` forgets clients that it is just connecting (decision 0042).
 */
const keepalive = ['option srvtcpka', 'srvtcpka-idle 5s', 'srvtcpka-intvl 2s', 'srvtcpka-cnt 3']

/** Frontends of those services that are enabled. */
export function frontendsOf(cloud: Cloud, services: readonly Service[]): readonly Frontend[] {
  return services
    .filter((service) => service.enabled(cloud.globals))
    .flatMap((service) => componentsOf(service, cloud.globals))
    .flatMap((component) => reachable(cloud, component))
}

/** Frontends of a component: internal ones always, external ones where there is such an address. */
export function reachable(cloud: Cloud, component: Component): Frontend[] {
  const external = externalVip(cloud.globals)
  return component
    .frontends(cloud)
    .filter((frontend) => frontend.address === 'internal' || external !== undefined)
}

/** One file of `services.d/`: a frontend on the floating address and its backend. */
export function frontendConfig(
  frontend: Frontend,
  vip: string,
  members: readonly HostView[],
): string {
  const { name, mode, timeout } = frontend
  return [
    `frontend ${name}_front`,
    ...indent([
      `mode ${mode}`,
      ...(mode === 'http' ? httpFrontend(frontend) : ['option tcplog']),
      ...(timeout === undefined ? [] : ['option clitcpka', `timeout client ${timeout}`]),
      ...(frontend.clientTimeout === undefined ? [] : [`timeout client ${frontend.clientTimeout}`]),
      // An answer that nobody takes any more, since the address has moved, is given up: until then MariaDB keeps its locks.
      `bind ${vip}:${frontend.port}${timeout === undefined ? '' : ' tcp-ut 30s'}`,
      `default_backend ${backendName(name)}`,
    ]),
    '',
    `backend ${backendName(name)}`,
    ...indent([
      `mode ${mode}`,
      ...(timeout === undefined ? [] : [...keepalive, `timeout server ${timeout}`]),
      ...(frontend.serverTimeout === undefined ? [] : [`timeout server ${frontend.serverTimeout}`]),
      ...(frontend.tunnelTimeout === undefined ? [] : [`timeout tunnel ${frontend.tunnelTimeout}`]),
      ...(mode === 'http' ? repetition(frontend) : []),
      ...checkLines(frontend.check),
      ...(frontend.firstHostOnly === true ? members.slice(0, 1) : members).map((member, index) =>
        server(frontend, member, index),
      ),
    ]),
    '',
  ].join('\n')
}

function httpFrontend(frontend: Frontend): string[] {
  return [
    ...(frontend.address === 'external'
      ? ['http-request deny if { path -i -m beg /server-status }']
      : []),
    // A client must not claim to have come by TLS.
    'http-request del-header X-Forwarded-Proto',
    // Said to it while the floating address leaves its host (decision 0016).
    'http-after-response set-header Connection close if { var(proc.leaving) -m bool }',
    'option httplog',
    'option forwardfor',
  ]
}

/** A member that dies while it works on a request leaves it to another one, where that can do no harm. */
function repetition({ repeatable = [] }: Frontend): string[] {
  const harmless = [
    '{ method GET HEAD OPTIONS }',
    ...(repeatable.length > 0 ? [`{ method POST } { path ${repeatable.join(' ')} }`] : []),
  ]
  return [
    'retry-on conn-failure empty-response',
    `http-request disable-l7-retry unless ${harmless.join(' or ')}`,
  ]
}

function server(frontend: Frontend, member: HostView, index: number): string {
  const address = `${addressOf(member)}:${frontend.listenPort(member)}`
  const words = ['server', shortHostname(member), address, check]
  if (frontend.timeout !== undefined) words.push('tcp-ut 10s')
  if (frontend.activePassive === true && index > 0) words.push('backup')
  return words.join(' ')
}

function checkLines(kind: Check): readonly string[] {
  if (kind.kind === 'galera') return galeraCheck(kind.user)
  if (kind.kind === 'answers') return ['option httpchk']
  if (kind.kind === 'connects') return []
  const { path, authorization } = kind
  return [
    `option httpchk GET ${path}`,
    ...(authorization === undefined
      ? []
      : [`http-check send hdr Authorization '${authorization}'`]),
    'http-check expect status 200',
  ]
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`)
}

/** What HAProxy calls the members behind a frontend. */
export function backendName(frontend: string): string {
  return `${frontend}_back`
}
