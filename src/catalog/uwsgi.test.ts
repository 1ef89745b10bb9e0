import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { contextOf } from './host-view.js'
import { testCloud, testFacts } from './testing/cloud.js'
import { uwsgiFiles } from './uwsgi.js'

const { host } = contextOf(testCloud(), testFacts, 'kolla2')
const started: ChildProcess[] = []
let folder: string
let port: number

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'uwsgi-'))
  port = await freePort()
})
afterAll(async () => {
  for (const child of started) child.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

/** A folder with all files of an API, and an application that does nothing. */
async function install(name: string): Promise<string> {
  const home = join(folder, name)
  await mkdir(join(home, 'federation'), { recursive: true })
  const { files } = uwsgiFiles(host, {
    name: 'keystone',
    user: 'keystone',
    module: 'api',
    shared: 'api',
    seldom: 'federation.idp',
    address: '127.0.0.1',
    port,
    workers: 1,
  })
  for (const { path, content } of files) {
    await writeFile(join(home, path), content.replaceAll('/tmp/uwsgi-serves', join(home, 'serves')))
  }
  // As eventlet does, it puts something else in the place of Python's sockets.
  const application = 'application = socket.socket = None'
  await writeFile(
    join(home, 'api.py'),
    `import socket\nfrom federation import idp\n${application}\n`,
  )
  await writeFile(join(home, 'uwsgi.py'), 'pieces = []\nchunked_read = lambda: pieces.pop(0)\n')
  await writeFile(join(home, 'federation/__init__.py'), '')
  await writeFile(join(home, 'federation/idp.py'), 'print("loading")\nanswer = "loaded"\n')
  return home
}

/** The launcher with a stand-in for uWSGI, which loads the application when it gets a line of input. */
async function start(name: string): Promise<{ load: () => void }> {
  const home = await install(name)
  const uwsgi = `#!/bin/sh\nread line\nexec python3 -c "exec(open('keystone-uwsgi.py').read()); import time; time.sleep(60)"\n`
  await writeFile(join(home, 'uwsgi'), uwsgi, { mode: 0o755 })
  const env = { ...process.env, PATH: `${home}:${process.env['PATH'] ?? ''}`, PYTHONPATH: home }
  const child = spawn('python3', ['uwsgi-listen.py'], { cwd: home, env })
  started.push(child)
  return { load: () => child.stdin.write('load\n') }
}

function answers(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port: free } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return free
}

test('nobody is let in before the application is loaded, and a successor shares the port', async () => {
  const first = await start('first')
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(await answers()).toBe(false)
  first.load()
  await expect.poll(answers, { timeout: 10_000 }).toBe(true)
  const second = await start('second')
  second.load()
  const [old] = started
  await new Promise((resolve) => setTimeout(resolve, 1000))
  old?.kill('SIGKILL')
  await expect.poll(answers, { timeout: 10_000 }).toBe(true)
})

test('what few requests need is loaded when one does', async () => {
  const cwd = await install('seldom')
  const script = 'import keystone_api_shared, api; print("shared"); print(api.idp.answer)'
  const { stdout } = await promisify(execFile)('python3', ['-c', script], { cwd })
  expect(stdout.split('\n')).toEqual(['shared', 'loading', 'loaded', ''])
})

test.each([
  ['with a length as it comes', 'CONTENT_LENGTH="3"', [], 'abc'],
  ['without one in pieces', 'HTTP_TRANSFER_ENCODING="chunked"', ['de', 'f', ''], 'def'],
  [
    'not, where it has no end',
    'HTTP_TRANSFER_ENCODING="chunked"',
    Array(9).fill('x'.repeat(2 ** 17)),
    '413 Content Too Large',
  ],
])('the application gets a body %s', async (_case, header, pieces, body) => {
  const home = await install('pieces')
  const echo = 'environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))'
  await writeFile(join(home, 'api.py'), `application = lambda environ, start: [${echo}]\n`)
  const script = `import io, json, os, socket, sys, uwsgi
listener = socket.socket()
os.dup2(listener.fileno(), 3)
exec(open("keystone-uwsgi.py").read())
uwsgi.pieces = [piece.encode() for piece in json.load(sys.stdin)]
told = []
answer = application({"wsgi.input": io.BytesIO(b"abc"), **dict(${header})}, lambda status, _: told.append(status))
print("".join(told) + b"".join(answer).decode())
`
  const running = promisify(execFile)('python3', ['-c', script], { cwd: home })
  running.child.stdin?.end(JSON.stringify(pieces))
  expect((await running).stdout.trim()).toBe(body)
})
