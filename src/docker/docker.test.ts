import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  inspectContainer,
  replaceContainer,
  startContainer,
  startSuccessor,
  stopAndRemove,
} from './containers.js'
import { dockerEngine } from './engine.js'
import type { Engine } from './engine.js'
import { execIn } from './exec.js'
import { FakeEngine, frame } from './fake-engine.js'
import { runOneShot } from './one-shot.js'
import { frames } from './output.js'
import { pullImage } from './pull.js'
import type { PullProgress } from './pull.js'

let docker: FakeEngine
let engine: Engine

beforeEach(async () => {
  docker = await FakeEngine.start()
  engine = dockerEngine(docker.remote)
})

afterEach(() => docker.stop())

const names = () =>
  docker.containers.map(({ name, running }) => `${name} ${running ? 'up' : 'down'}`)

test('requests one after another use one channel', async () => {
  for (let i = 0; i < 15; i++) await inspectContainer(engine, 'cron')
  expect(docker.channels).toBe(1)
})

test('what does not exist is undefined, what is refused is one sentence', async () => {
  expect(await inspectContainer(engine, 'cron')).toBeUndefined()
  await expect(startContainer(engine, 'cron')).rejects.toThrow(
    /^kolla1: start cron: No such container$/,
  )
})

test('the new container is there before the old one is stopped', async () => {
  const old = docker.add('cron', true)
  await replaceContainer(engine, 'cron', { Image: 'cron:2' })
  expect(docker.requests).toEqual([
    'DELETE /containers/cron.next',
    'POST /containers/create',
    'POST /containers/cron/stop',
    'DELETE /containers/cron',
    'POST /containers/cron.next/rename',
    'POST /containers/cron/start',
  ])
  expect(names()).toEqual(['cron up'])
  expect(docker.containers).not.toContain(old)
})

test('a removal that is in progress is awaited', async () => {
  docker.add('cron', true)
  docker.removalsInProgress = 2
  await stopAndRemove(engine, 'cron')
  expect(names()).toEqual([])
})

test.each([
  { killed: 'after the creation', left: { cron: true, 'cron.next': false } },
  { killed: 'after the removal', left: { 'cron.next': false } },
  { killed: 'after the renaming', left: { cron: false } },
])('a replacement that was killed $killed is made good', async ({ left }) => {
  for (const [name, running] of Object.entries(left)) docker.add(name, running)
  await replaceContainer(engine, 'cron', { Image: 'cron:2' })
  expect(names()).toEqual(['cron up'])
  expect(docker.containers[0]?.options).toMatchObject({ Image: 'cron:2' })
})

const second = { Image: 'cron:2', Labels: { made: 'of 2' } }

test('a successor that stands by takes over as it is', async () => {
  docker.add('cron', true)
  await startSuccessor(engine, 'cron', second)
  await startSuccessor(engine, 'cron', second)
  expect(names()).toEqual(['cron up', 'cron.next up'])
  docker.requests.length = 0
  await replaceContainer(engine, 'cron', second, { idle: true })
  expect(docker.requests).not.toContain('POST /containers/create')
  expect(docker.requests).not.toContain('POST /containers/cron/stop')
  expect(names()).toEqual(['cron up'])
})

test('a successor that was made from something else is made anew', async () => {
  docker.add('cron', true)
  await startSuccessor(engine, 'cron', { Image: 'cron:1', Labels: { made: 'of 1' } })
  await replaceContainer(engine, 'cron', second)
  expect(docker.containers.map(({ options }) => options.Image)).toEqual(['cron:2'])
})

test('starting what runs and removing what is gone do nothing', async () => {
  docker.add('cron', true)
  await startContainer(engine, 'cron')
  await stopAndRemove(engine, 'cron')
  await stopAndRemove(engine, 'cron')
  expect(names()).toEqual([])
})

test('a command gets its input and gives back both outputs and its exit code', async () => {
  docker.add('mariadb', true)
  docker.exitCode = 3
  const input = 'x'.repeat(100_000)
  expect(await execIn(engine, 'mariadb', ['cat'], { input })).toEqual({
    code: 3,
    stdout: input,
    stderr: 'end of input',
  })
})

test('a command that is cancelled is over when it is told so', async () => {
  docker.add('mariadb', true)
  docker.asksUntilOver = 3
  const cancel = new AbortController()
  const running = execIn(engine, 'mariadb', ['sleep', 'infinity'], { signal: cancel.signal })
  setTimeout(() => {
    cancel.abort()
  }, 50)
  await expect(running).rejects.toThrow()
  expect(docker.asksUntilOver).toBeLessThan(1)
})

test('a command whose time is over is not waited for', async () => {
  docker.add('mariadb', true)
  docker.asksUntilOver = 3
  const signal = AbortSignal.timeout(50)
  await expect(execIn(engine, 'mariadb', ['sleep', 'infinity'], { signal })).rejects.toThrow()
  expect(docker.asksUntilOver).toBe(3)
})

const oneShot = {
  name: 'bootstrap_keystone',
  image: 'keystone:1',
  labels: {},
  container: {
    name: 'keystone',
    service: 'keystone',
    image: 'keystone',
    files: [],
    environment: { KOLLA_BOOTSTRAP: '' },
    volumes: ['kolla_logs:/var/log/kolla/'],
  },
  environment: { PASSWORD: 'secret' },
}

test('a one-shot takes the place of one that has ended, and leaves nothing', async () => {
  docker.add(oneShot.name, false)
  docker.exitCode = 7
  const { exitCode } = await runOneShot(engine, oneShot)
  expect(exitCode).toBe(7)
  expect(docker.requests).toEqual([
    'DELETE /containers/bootstrap_keystone',
    'POST /containers/create',
    'POST /containers/id0/start',
    'POST /containers/bootstrap_keystone/wait',
    'DELETE /containers/bootstrap_keystone',
  ])
  expect(names()).toEqual([])
})

test('a one-shot that still runs is awaited, and no second one started', async () => {
  docker.add(oneShot.name, true)
  await runOneShot(engine, oneShot)
  expect(docker.requests).toEqual([
    'POST /containers/bootstrap_keystone/wait',
    'DELETE /containers/bootstrap_keystone',
  ])
})

test('a one-shot waits for one with other inputs that still runs, then does its own', async () => {
  docker.add(oneShot.name, true)
  await runOneShot(engine, { ...oneShot, labels: { takes: 'something else' } })
  expect(docker.requests).toEqual([
    'POST /containers/bootstrap_keystone/wait',
    'DELETE /containers/bootstrap_keystone',
    'POST /containers/create',
    'POST /containers/id0/start',
    'POST /containers/bootstrap_keystone/wait',
    'DELETE /containers/bootstrap_keystone',
  ])
})

test('a one-shot is not asked for the health of the service', async () => {
  const create = vi.spyOn(docker, 'add')
  const healthcheck = { test: 'true', interval: 30, timeout: 30, startPeriod: 5, retries: 3 }
  await runOneShot(engine, { ...oneShot, container: { ...oneShot.container, healthcheck } })
  const [created] = create.mock.results.map(({ value }) => value as { options: object })
  expect(created?.options).toMatchObject({ Image: oneShot.image })
  expect(created?.options).not.toHaveProperty('Healthcheck')
})

test('the frames of a log are told apart', () => {
  const log = Buffer.concat([frame(1, Buffer.from('out\n')), frame(2, Buffer.from('err €\n'))])
  expect(frames(log)).toEqual([
    { stream: 'stdout', text: 'out\n' },
    { stream: 'stderr', text: 'err €\n' },
  ])
})

const image = '192.168.8.73:5000/kolla/cron:2026.1'
const repository = '192.168.8.73:5000/kolla/cron'

test('an image that is there with its digest is not pulled', async () => {
  docker.images.set(image, [`${repository}@sha256:aa`, `elsewhere/cron@sha256:bb`])
  expect(await pullImage(engine, image, { digest: 'sha256:aa' })).toEqual({
    pulled: false,
    digest: 'sha256:aa',
    bytes: 0,
  })
  expect(docker.requests).toEqual([])
})

test('a pull tells its layers and bytes', async () => {
  const progress: PullProgress[] = []
  const layer = (id: string, status: string, current?: number, total?: number) => ({
    id,
    status,
    progressDetail: { current, total },
  })
  docker.pull = {
    digest: 'sha256:aa',
    events: [
      { status: 'Pulling from kolla/cron', id: '2026.1' },
      layer('base', 'Already exists'),
      layer('one', 'Pulling fs layer'),
      layer('two', 'Pulling fs layer'),
      layer('one', 'Downloading', 5, 10),
      layer('one', 'Download complete'),
      layer('two', 'Downloading', 20, 30),
      layer('two', 'Download complete'),
      layer('one', 'Pull complete'),
      layer('two', 'Pull complete'),
    ],
  }
  const result = await pullImage(engine, image, {
    digest: 'sha256:aa',
    onProgress: (now) => progress.push(now),
  })
  expect(result).toEqual({ pulled: true, digest: 'sha256:aa', bytes: 40 })
  expect(progress.at(-1)).toEqual({ layers: 2, layersDone: 2, bytes: 40, bytesDone: 40 })
})

test('another image than the planned one is refused', async () => {
  docker.pull = { digest: 'sha256:bb', events: [] }
  await expect(pullImage(engine, image, { digest: 'sha256:aa' })).rejects.toThrow(
    /gave sha256:bb instead of sha256:aa/,
  )
})

test.each([
  ['http: server gave HTTP response to HTTPS client', /docker_registry_insecure/],
  ['manifest for x not found: manifest unknown', /does not have it/],
  ['Head "x": no basic auth credentials', /docker_registry_username/],
  ['dial tcp 192.168.8.73:5000: connect: connection refused', /is the registry up/],
])('a registry that answers "%s" is explained', async (error, sentence) => {
  docker.pull = { events: [{ error, errorDetail: { message: error } }] }
  await expect(pullImage(engine, image)).rejects.toThrow(sentence)
})
