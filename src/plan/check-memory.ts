import { memoryOf } from '../catalog/render.js'
import type { Cloud } from '../model/cloud.js'
import type { Finding } from '../model/finding.js'
import type { ObservedHost } from '../model/observed-host.js'
import { label } from './desired.js'
import { gib } from './gib.js'

/** The kernel, sshd and Docker. */
const SYSTEM = 300

/** By how much services grow at work. With less of it a host of the lab thrashed, and lost its RabbitMQ. */
const AT_WORK = 1.5

/** Hosts that have too little memory for what they are to run. One that has our containers already is only warned of. */
export function checkMemory(cloud: Cloud, observed: readonly ObservedHost[]): Finding[] {
  return observed.flatMap(({ facts: { name, memoryBytes }, containers }): Finding[] => {
    const atRest = (memoryOf(cloud, name) + SYSTEM) * 2 ** 20
    if (atRest * AT_WORK <= memoryBytes) return []
    const isOurs = containers.some(({ labels }) => labels[label.cloud] === cloud.name)
    const severity = atRest > memoryBytes && !isOurs ? 'error' : 'warning'
    const message = `has ${gib(memoryBytes)} of memory, and what it is to run takes some ${gib(atRest)} at rest and half as much again at work: give it more, or fewer services`
    return [{ severity, host: name, message }]
  })
}
