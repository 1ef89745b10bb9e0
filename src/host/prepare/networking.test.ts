import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  const compute = networkingSteps({ modules: [], parameters: {}, kvmGroup: 42427 })
  expect(compute.map(({ name }) => name)).toEqual(['network namespaces', 'KVM'])
})

it('is a script that a shell takes', () => {
  const script = prepareScript(
    networkingSteps({ modules: ['br_netfilter'], parameters, kvmGroup: 42427 }),
  )
  expect(spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' }).stderr).toBe('')
})

it('gives KVM to those who run machines in containers, now and when the device appears', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kvm-'))
  const [device, rules] = [join(folder, 'kvm'), join(folder, 'rules')]
  writeFileSync(device, '', { mode: 0o600 })
  const group = Number(process.getgid?.())
  const step = networkingSteps({ modules: [], parameters: {}, kvmGroup: group }).at(-1)
  const script = (step?.script ?? '').replaceAll('-c /dev/kvm', `-f ${device}`)
  const fakes = `changed() { echo changed; }; have() { false; }; put() { echo "$2" >${rules}; }
grep() { false; }; systemctl() { exit 1; }`
  const run = () =>
    spawnSync('bash', ['-c', `set -eu\n${fakes}${script.replaceAll('/dev/kvm', device)}`], {
      encoding: 'utf8',
    })
  expect(run()).toMatchObject({ stderr: '', stdout: 'changed\n' })
  expect(statSync(device).mode & 0o777).toBe(0o660)
  expect(readFileSync(rules, 'utf8')).toBe(`KERNEL=="kvm", GROUP="${group}", MODE="0660"\n`)
  expect(run()).toMatchObject({ stderr: '', stdout: '' })
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
