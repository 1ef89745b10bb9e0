import { afterEach, beforeEach, expect, it } from 'vitest'
import { FakeEngine } from '../src/docker/fake-engine.js'
import type { CloudContext } from './cloud-context.js'
import { levelVotes, returnVotes, whileOutvoted } from './galera-votes.js'
import { testActivity, testContexts, testRef } from './testing.js'

let docker: FakeEngine
/** Titles of those that the last verb ran on the hosts. */
let scripts: string[]
beforeEach(async () => {
  docker = await FakeEngine.start()
  docker.add('mariadb', true)
})
afterEach(() => docker.stop())

/** Three members whose states are told in the inventory's order, and all votes together. */
function tell(states: readonly string[], votes: number, hasPlugin = false): void {
  let asked = 0
  docker.print = (command) => {
    if (command.includes('wsrep_local_state_comment')) {
      return `wsrep_local_state_comment\t${states[asked++ % states.length] ?? ''}\n`
    }
    if (command.includes('SHOW VARIABLES')) {
      return hasPlugin ? 'wsrep_provider_pc_weight\t1\n' : ''
    }
    return `wsrep_cluster_weight\t${votes}\n`
  }
}

async function run(verb: (cloud: CloudContext) => Promise<unknown>): Promise<string[]> {
  const { contexts, ran } = testContexts(docker)
  const cloud = await contexts.get(testRef)
  const environment = testActivity()
  docker.commands.length = 0
  await environment.run(() => verb(cloud))
  scripts = ran.map(({ title }) => title)
  return docker.commands.flatMap((it) => /pc[._]weight ?= ?\d|joins/.exec(it)?.[0] ?? [])
}

const back = 'note that mariadb votes is given back'

const join = () => {
  docker.commands.push('joins')
  return Promise.resolve()
}

it('gives the one member with the data more votes than all others while they join', async () => {
  tell(['Synced', 'Joining', 'Joining'], 5)
  expect(await run((cloud) => whileOutvoted(cloud, join))).toEqual(['pc.weight=3', 'joins'])
})

it('gives them by the variable of the plugin where that is loaded', async () => {
  tell(['Synced', 'Joining', 'Joining'], 5, true)
  expect(await run((cloud) => whileOutvoted(cloud, join))).toEqual(['pc_weight = 3', 'joins'])
})

it('leaves the votes of a cluster alone of which most members hold the data', async () => {
  tell(['Synced', 'Synced', 'Joining'], 3)
  expect(await run((cloud) => whileOutvoted(cloud, join))).toEqual(['joins'])
})

it('gives every member one vote when all hold the data', async () => {
  tell(['Synced', 'Joining', 'Joining'], 5)
  const joinLast = () => {
    tell(['Synced', 'Synced', 'Synced'], 5)
    return join()
  }
  const level = ['pc.weight=1', 'pc.weight=1', 'pc.weight=1']
  expect(await run((cloud) => whileOutvoted(cloud, joinLast))).toEqual([
    'pc.weight=3',
    'joins',
    ...level,
  ])
  expect(scripts).toEqual(['note that mariadb votes is drained', back, back, back])
})

it('takes back the votes that a run has left, once every member holds the data', async () => {
  tell(['Synced', 'Joining', 'Joining'], 5)
  expect(await run(returnVotes)).toEqual([])
  expect(scripts).toEqual([])
  tell(['Synced', 'Synced', 'Synced'], 5)
  expect(await run(returnVotes)).toEqual(['pc.weight=1', 'pc.weight=1', 'pc.weight=1'])
  tell(['Synced', 'Synced', 'Synced'], 3)
  expect(await run(returnVotes)).toEqual([])
  expect(scripts).toEqual([back, back, back])
})

it('changes nothing where every member has one', async () => {
  tell(['Synced', 'Synced', 'Synced'], 3)
  expect(await run(levelVotes)).toEqual([])
})
