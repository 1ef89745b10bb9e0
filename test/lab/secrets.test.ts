import { afterAll, beforeAll, expect, it } from 'vitest'
import { Installation } from '../support/installation.js'
import { hosts, onHosts } from '../support/lab.js'
import { ProcessListRecorder } from '../support/secrets.js'

/** What the engine is told may hold a proxy's password. A label stands for it: it needs no restart, and any engine takes it. */
const secret = 'Hunter2-of-the-proxy'
const daemonJson = '/etc/docker/daemon.json'

let installation: Installation
let globals: string
beforeAll(async () => {
  installation = await Installation.start()
  globals = await installation.read('globals.yml')
  // The hosts may be those of the test before.
  await installation.run('bootstrap-servers', '--take-over')
})
afterAll(async () => {
  await onHosts(`chmod 644 ${daemonJson}`)
  await withLabels([])
  await installation.stop()
})

async function withLabels(labels: readonly string[]): Promise<string> {
  const config = JSON.stringify({ labels })
  await installation.write('globals.yml', `${globals}\ndocker_custom_config: ${config}\n`)
  return installation.run('bootstrap-servers')
}

it("the engine's configuration is in no argument, history or log, and keeps a stricter mode", async () => {
  await onHosts(`chmod 600 ${daemonJson}`)
  // What is looked for, and what shows that it was looked in time, runs for some hundredths of a second.
  const recorders = hosts.map((host) => new ProcessListRecorder(host, 0.02))
  await Promise.all(recorders.map((recorder) => recorder.start()))
  const told = await withLabels([`proxy=http://me:${secret}@proxy:3128`])
  const seen = await Promise.all(recorders.map((recorder) => recorder.stop()))

  for (const commands of seen) {
    expect(commands).toContain('systemctl') // it was looked while bootstrap-servers ran
    expect(commands).not.toContain(secret)
  }
  for (const text of await onHosts(`cat ${daemonJson}`)) expect(text).toContain(secret)
  for (const mode of await onHosts(`stat -c %a ${daemonJson}`)) expect(mode).toBe('600')
  for (const labels of await onHosts("docker info --format '{{json .Labels}}'")) {
    expect(labels).toContain(secret)
  }
  expect(told).not.toContain(secret)
  expect(await installation.histories()).not.toContain(secret)
  expect(await installation.logs()).not.toContain(secret)
})

it('a daemon.json that is broken is named and not quoted', async () => {
  await onHosts(`cp -p ${daemonJson} /root/daemon.json; echo '{"a": "${secret}' >${daemonJson}`)
  const { code, stdout, stderr } = await installation.attempt('bootstrap-servers')
  await onHosts(`mv /root/daemon.json ${daemonJson}`)
  expect(code).not.toBe(0)
  expect(stderr).toContain(`${daemonJson} is no JSON; mend or remove that file`)
  expect(stdout + stderr + (await installation.histories())).not.toContain(secret)
})
