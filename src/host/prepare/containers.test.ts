import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { engine } from './docker.js'
import { prelude } from './prelude.js'

let folder: string
const at = (name: string) => join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'containers-'))
  program('systemctl', 'if [[ $1 == restart ]]; then echo >>$STATE/restarts; fi')
  program(
    'docker',
    `case $1 in
  ps) [[ ! -s $STATE/before ]] || echo id ;;
  inspect)
    [[ -e $STATE/restarts ]] || { cat $STATE/before; exit; }
    echo >>$STATE/looks
    look=$(wc -l <$STATE/looks)
    [[ -e $STATE/after.$look ]] || look=last
    cat $STATE/after.$look ;;
  exec) echo "{"; echo "    \\"state\\": \\"$(sed -n "$(wc -l <$STATE/looks)p" $STATE/states)\\","; echo "$*" >>$STATE/asked ;;
esac`,
  )
})
afterEach(() => rmSync(folder, { recursive: true }))

function program(name: string, script: string): void {
  writeFileSync(at(name), `#!/bin/bash\n${script}\n`)
  chmodSync(at(name), 0o755)
}

const show = (containers: readonly string[]) =>
  containers.map((container) => `/${container}\n`).join('')

/** The step "Docker" of a host that owes its engine a restart, if `owes`; a minute of sleep takes no time. */
function prepare(
  before: readonly string[],
  after: readonly (readonly string[])[],
  { owes = true } = {},
) {
  writeFileSync(at('before'), show(before))
  for (const [index, seen] of after.entries()) {
    writeFileSync(at(index === after.length - 1 ? 'after.last' : `after.${index + 1}`), show(seen))
  }
  if (owes) writeFileSync(at('owed'), 'restart\n')
  const fakes = `owed=$STATE/owed ran=$STATE/ran
on() { :; }
sleep() { SECONDS=$((SECONDS + 60)); }`
  const { status, stdout } = spawnSync(
    'bash',
    ['-c', `${prelude}\n${fakes}\n${engine(undefined)}`],
    {
      encoding: 'utf8',
      env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, STATE: folder },
    },
  )
  const looks = existsSync(at('looks')) ? readFileSync(at('looks'), 'utf8').length : 0
  return { status, stdout, looks, left: existsSync(at('ran')) }
}

const mariadb = (state: string) => `mariadb ${state} unless-stopped`
const cron = (state: string) => `cron ${state} none unless-stopped`

it('waits after a restart until what ran and was healthy is so again', () => {
  const { status, stdout, looks, left } = prepare(
    [mariadb('running healthy'), cron('running')],
    [
      [mariadb('exited healthy'), cron('exited')],
      [mariadb('running starting'), cron('running')],
      [mariadb('running unhealthy'), cron('running')],
      [mariadb('running healthy'), cron('running')],
    ],
  )
  expect(stdout).toContain('Waiting: cron is exited;mariadb is exited')
  expect(stdout).toContain('Waiting: mariadb is starting')
  expect({ status, looks, left }).toEqual({ status: 0, looks: 4, left: false })
})

it.each([
  ['was ill', 'haproxy running unhealthy always'],
  ['was not yet well', 'haproxy running starting always'],
  ['had ended', 'haproxy exited healthy always'],
  ['started again and again', 'haproxy restarting none always'],
  ['the engine does not start again', 'haproxy running none no'],
])('does not wait for what %s', (_case, before) => {
  const after = 'haproxy exited unhealthy always'
  const { status, looks } = prepare([before, cron('running')], [[after, cron('running')]])
  expect({ status, looks }).toEqual({ status: 0, looks: 1 })
})

it('does not wait for what was removed since', () => {
  const { status } = prepare([mariadb('running healthy'), cron('running')], [[cron('running')]])
  expect(status).toBe(0)
})

it('waits for daemons of Ceph until they are of their cluster again', () => {
  writeFileSync(at('states'), 'booting\nactive\n')
  const osd = 'ceph_osd_12 running none unless-stopped'
  const { status, stdout, looks } = prepare([osd, cron('running')], [[osd, cron('running')]])
  expect(stdout).toContain('Waiting: ceph_osd_12 is not in its cluster')
  expect({ status, looks }).toEqual({ status: 0, looks: 2 })
  expect(readFileSync(at('asked'), 'utf8')).toContain('exec ceph_osd_12 ceph daemon osd.12 status')
})

it('forgets no one whom an earlier restart took away when it must restart again', () => {
  const lost = [mariadb('running starting'), cron('running')]
  expect(prepare([mariadb('running healthy'), cron('running')], [lost]).status).toBe(1)
  const again = prepare(lost, [lost])
  expect(again.stdout).toContain('mariadb is starting')
  expect(again).toMatchObject({ status: 1, left: true })
})

it('ends after a while with what does not come back; the next attempt waits for the same', () => {
  const lost = [mariadb('running starting'), cron('running')]
  const first = prepare([mariadb('running healthy'), cron('running')], [lost])
  expect(first.stdout.trim().split('\n').slice(-3)).toEqual([
    'These ran before Docker was restarted, and do not work again after 300 s:',
    'mariadb is starting',
    expect.stringMatching(/^No other host's Docker is restarted until they do: .*\/ran to go on/),
  ])
  expect(first).toMatchObject({ status: 1, left: true })

  expect(prepare(lost, [lost], { owes: false })).toMatchObject({ status: 1, left: true })
  const again = prepare(lost, [[mariadb('running healthy'), cron('running')]], { owes: false })
  expect(again).toMatchObject({ status: 0, left: false })
  expect(readFileSync(at('restarts'), 'utf8')).toBe('\n')
})

it('looks at no container of a bare host, or where Docker is not restarted', () => {
  expect(prepare([], [[]])).toMatchObject({ status: 0, looks: 0, left: false })
  const running = [mariadb('running healthy')]
  expect(prepare(running, [running], { owes: false })).toMatchObject({ status: 0, looks: 0 })
})
