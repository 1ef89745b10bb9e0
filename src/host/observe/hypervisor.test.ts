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

it('looks where libvirt keeps them', () => {
  expect(hypervisorScript).toContain(machinesScript('/run/libvirt/qemu'))
})
