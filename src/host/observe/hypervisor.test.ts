import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { hypervisorScript, machinesScript, parseHypervisor } from './hypervisor.js'

/** How many machines are told where libvirt has left these files. */
function machines(files: Readonly<Record<string, string>>): number | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'libvirt-'))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  const { stdout } = spawnSync('bash', ['-c', machinesScript(folder)], { encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  return parseHypervisor(stdout.split('\n')).machines
}

it('counts machines by their processes, and not libvirt, nor what has ended', () => {
  const pid = `${process.pid}\n`
  expect(machines({ 'driver.pid': pid, 'a.pid': pid, 'b.pid': pid, 'b.xml': '' })).toBe(2)
  expect(machines({ 'driver.pid': pid, 'a.pid': '4194999\n', 'b.pid': '' })).toBe(0)
  expect(machines({})).toBe(0)
})

it.each([
  [
    'by the name that the resolver puts first',
    '10.0.0.1 STREAM kolla1.example.org',
    'kolla1.example.org',
  ],
  ['not by the loopback', '127.0.0.1 STREAM localhost', undefined],
  ['by no other name where the resolver knows none', '', undefined],
])('tells how libvirt calls the host: %s', (_case, known, name) => {
  const fakes = `timeout() { shift; "$@"; }; getent() { echo ${JSON.stringify(known)}; }\n`
  const script = hypervisorScript.replace('$(</proc/sys/kernel/hostname)', 'kolla1')
  const { stdout } = spawnSync('bash', ['-c', `section() { :; }\n${fakes}${script}`], {
    encoding: 'utf8',
  })
  expect(parseHypervisor(stdout.split('\n')).name).toBe(name)
})

it('looks where libvirt keeps them', () => {
  expect(hypervisorScript).toContain(machinesScript('/run/libvirt/qemu'))
})
