import { together } from '../operate.js'
import { step } from '../steps.js'
import type { Protocol } from './protocol.js'

/** HAProxy, and keepalived, which holds the floating address: while one is replaced another one has it. */
export const loadBalancer: Protocol = {
  start: (run) =>
    together(
      () => run.start('haproxy'),
      () => run.start('keepalived'),
    ),
  replace: (run, host, containers) => step('replaceLoadBalancer', host, run.ref, host, containers),
  oneAtATime: true,
}
