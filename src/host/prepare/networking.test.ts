import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { prepareScript } from '../prepare.js'
import { networkingSteps } from './networking.js'

const parameters = { 'net.bridge.bridge-nf-call-iptables': 1 }
const names = (modules: readonly string[], of: Readonly<Record<string, number>> = parameters) =>
  networkingSteps({ modules, parameters: of }).map(({ name }) => name)

it('prepares what there is to prepare', () => {
  expect(names(['openvswitch'])).toEqual([
    'kernel modules',
    'network namespaces',
    'kernel parameters',
  ])
  expect(names([], {})).toEqual(['network namespaces'])
})

it('is a script that a shell takes', () => {
  const script = prepareScript(networkingSteps({ modules: ['br_netfilter'], parameters }))
  expect(spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' }).stderr).toBe('')
})

it.each([
  ['a kernel with modules', 'modprobe() { true; }', '', 'put openvswitch'],
  ['one that lacks it', 'modprobe() { false; }', 'The kernel has no module openvswitch', ''],
])('asks for modules, at every boot, where it can: %s', (_kernel, modprobe, said, kept) => {
  const step = networkingSteps({ modules: ['openvswitch'], parameters: {} })[0]
  // A kernel without modules has no such file.
  const script = (step?.script ?? '')
    .replaceAll('/proc/modules', '/dev/null')
    .replaceAll('/sys/module/', '/nowhere/')
  const fakes = `${modprobe}\nchanged() { :; }\nput() { echo "put $2"; }`
  const { stdout, stderr } = spawnSync('bash', ['-c', `set -eu\n${fakes}${script}`], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(stdout.trim()).toBe(said || kept)
})
