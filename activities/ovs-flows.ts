import {
  inspectContainer,
  isRunning,
  startContainer as startStopped,
  stopContainer,
} from '../src/docker/containers.js'
import type { CloudContext } from './cloud-context.js'
import { ask } from './containers.js'
import { ifRefused } from './failures.js'
import { cancellation, report } from './progress.js'

const daemon = 'openvswitch_vswitchd'
const agent = 'neutron_openvswitch_agent'

/** In seconds. It would take all the time that its container has, and has nothing to bring to an end. */
const AGENT_STOPS = 5

/**
 * Has `replace` put another vswitchd in the place of a host's, which loses its flows with it. They are saved before and
 * put back as soon as it answers, well or not, as Open vSwitch's own `ovs-ctl restart` does: ports keep their numbers,
 * which its database knows.
 *
 * `isReplaced`: an attempt before this one came so far, and what it saved is not to be saved over.
 *
 * Neutron's agent is stopped meanwhile: one whose question is under way when vswitchd ends waits five minutes for the answer
 * (`of_request_timeout`) and does not find back after it. When it begins it takes the flows that it finds for its own.
 *
 * Whatever comes of it, flows and agent come back: without them the host's machines and routers reach nobody.
 */
export async function keepingFlows(
  cloud: CloudContext,
  host: string,
  { isReplaced }: { readonly isReplaced: boolean },
  replace: () => Promise<void>,
): Promise<void> {
  const engine = cloud.engine(host)
  const hasAgent = (await inspectContainer(engine, agent)) !== undefined
  if (!isReplaced && (await isRunning(engine, daemon))) {
    await ask(cloud, host, daemon, command(save(folder))).catch(ifRefused(''))
  }
  try {
    if (hasAgent) await stopContainer(engine, agent, AGENT_STOPS)
    // All this takes a while: of a run that has ended meanwhile, nobody replaces a daemon any more.
    cancellation().signal.throwIfAborted()
    await replace()
  } finally {
    await ask(cloud, host, daemon, command(putBack(folder)), {}).catch(ifRefused(''))
    if (hasAgent) await startStopped(engine, agent)
  }
}

/** Until Neutron's agent of a host, where it has one, has its flows in the vswitchd that runs there. */
export async function awaitFlows(cloud: CloudContext, host: string): Promise<void> {
  if ((await inspectContainer(cloud.engine(host), agent)) === undefined) return
  report(`waiting for the flows of ${agent}`)
  await ask(cloud, host, daemon, command(untilFlows))
}

const command = (script: string) => ['bash', '-c', script]

/** On the host: who carries on after a worker that died, and finds vswitchd replaced, puts these back. */
const folder = '/run/openvswitch/kolla-temporal-flows'

/** A daemon that hangs never answers, and is the one that most needs to be replaced. */
const ofctl = 'timeout 20 ovs-ofctl --protocols=OpenFlow14'

/**
 * What can't be saved or put back the agent makes anew. Ages of flows are no part of them. An attempt that was killed may
 * have left the database stopped: what it has saved is kept, as nobody tells the bridges then.
 */
export const save = (folder: string) => `bridges=$(ovs-vsctl --timeout=20 list-br) || exit
new=$(mktemp -d ${folder}.XXXXXX) || exit
trap 'rm -rf "$new"' EXIT
for bridge in $bridges; do
  ${ofctl} --no-names --no-stats dump-flows "$bridge" | grep cookie= >"$new/$bridge"
done
rm -rf ${folder}
mv "$new" ${folder}
`

/**
 * A daemon that was started a moment ago tells its version before it has its bridges: each of them is asked. What is not
 * taken is kept for another attempt.
 */
export const putBack = (folder: string) => `cd ${folder} 2>/dev/null || exit 0
shopt -s nullglob
bridges_answer() { for bridge in *; do ${ofctl} show "$bridge" >/dev/null 2>&1 || return; done; }
until bridges_answer || ((SECONDS >= 20)); do sleep 0.1; done
for bridge in *; do
  [ ! -s "$bridge" ] || ${ofctl} --bundle replace-flows "$bridge" "$bridge" || continue
  rm -f "$bridge"
done
rmdir ${folder} 2>/dev/null || true
`

/** Of the table by which the agent sees whether its flows are there (`CANARY_TABLE`). */
const untilFlows = `timeout 60 bash -c 'until ${ofctl} dump-flows br-int table=23 | grep -q cookie=; do sleep 0.5; done' || true
`
