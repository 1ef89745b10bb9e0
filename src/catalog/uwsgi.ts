import type { ConfigFile } from './container.js'
import { uwsgiPlugins } from './distro.js'
import type { HostView } from './host-view.js'
import { configFile } from './kolla-config.js'
import type { Placed } from './kolla-config.js'

/** An API that uWSGI serves. */
export interface UwsgiApi {
  /** How its files and its log are called: `glance-api`. */
  readonly name: string
  /** Its user, and the folder of its configuration below `/etc` and of its log: `glance`. */
  readonly user: string
  /** Name of uWSGI's own file in the container, if it is not `<name>-uwsgi.ini`. */
  readonly ini?: string
  /** Python module of the application, which every worker loads for itself: `keystone.wsgi.api`. */
  readonly module: string
  /** What takes long about that and can be shared by all workers: a module that only defines. */
  readonly shared?: string
  /** A module behind it that few requests need and that takes long itself; loaded when it is first used. */
  readonly seldom?: string
  readonly address: string
  readonly port: number
  readonly workers: number
  /** Whether it reads bodies without a length itself, piece by piece. */
  readonly readsPieces?: boolean
  /** uWSGI's own further lines. */
  readonly options?: readonly string[]
}

/** There once the port is open; it goes with the container. */
const marker = '/tmp/uwsgi-serves'

/** Ends well as soon as the port is open. It waits in the container, since to ask from outside costs more than this. */
export const uwsgiServes: readonly string[] = [
  'timeout',
  '20',
  'sh',
  '-c',
  `until [ -e ${marker} ]; do sleep 0.1; done`,
]

/** For `exec` in a startup script. */
export const uwsgiCommand = 'python3 /usr/bin/uwsgi-listen.py'

/**
 * How uWSGI begins beside the container that it replaces: it is handed a socket that is bound to the same port and takes
 * no connection until the application is loaded. So nobody is sent to one that can't answer yet, and an application that
 * does not load takes nothing away. uWSGI alone opens its ports before it loads anything.
 */
export function uwsgiFiles(
  host: HostView,
  api: UwsgiApi,
): { placed: Placed[]; files: ConfigFile[] } {
  const { name, user, ini: iniName = `${name}-uwsgi.ini` } = api
  const folder = `/etc/${user}`
  const ini = `${folder}/${iniName}`
  const application = ini.replace(/\.ini$/, '.py')
  const sharedModule = api.shared === undefined ? undefined : `${user}_api_shared`
  const own = (source: string, dest: string): Placed => ({
    source,
    dest,
    owner: user,
    perm: '0600',
  })
  return {
    placed: [
      { source: 'uwsgi-listen.py', dest: '/usr/bin/uwsgi-listen.py', owner: 'root', perm: '0755' },
      own(`${name}-uwsgi.ini`, ini),
      own(`${name}-uwsgi.py`, application),
      ...(sharedModule === undefined
        ? []
        : [own(`${sharedModule}.py`, `${folder}/${sharedModule}.py`)]),
    ],
    files: [
      configFile('uwsgi-listen.py', listen(api, ini)),
      configFile(`${name}-uwsgi.ini`, configuration(host, api, { application, sharedModule })),
      configFile(`${name}-uwsgi.py`, serve(api)),
      ...(sharedModule === undefined ? [] : [configFile(`${sharedModule}.py`, load(api))]),
    ],
  }
}

/** As with systemd's socket activation, which uWSGI knows. */
const listen = ({ address, port }: UwsgiApi, ini: string) => `import os, socket

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
    listener.setsockopt(socket.SOL_SOCKET, option, 1)
listener.bind(("${address}", ${port}))
if os.path.exists("${marker}"):
    os.remove("${marker}")
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execvp("uwsgi", ["uwsgi", "${ini}"])
`

/** Python's own socket, made before the application has eventlet put others in their place, which Nova's of 2025.2 does. */
const serve = ({ module, readsPieces = false }: UwsgiApi) => `import io, os, socket

listener = socket.socket(fileno=os.dup(3))

from ${module} import application
${readsPieces ? '' : withLength}
listener.listen(1024)
open("${marker}", "w").close()
`

/** What oslo.middleware and Keystone take at most is 112 KiB. */
const longestBody = 1024 * 1024

/** uWSGI hands an application no body that comes in pieces, without a length, as some clients send it. */
const withLength = `
import uwsgi

def with_length(application):
    def apply(environ, start_response):
        if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
            body = b""
            while piece := uwsgi.chunked_read():
                body += piece
                if len(body) > ${longestBody}:
                    start_response("413 Content Too Large", [("Content-Length", "0")])
                    return [b""]
            environ["wsgi.input"] = io.BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
            del environ["HTTP_TRANSFER_ENCODING"]
        return application(environ, start_response)
    return apply

application = with_length(application)
`

/**
 * Nothing of it becomes garbage: to look for that meanwhile takes a sixth of the time, and afterwards would have each
 * worker copy the pages that they share. `from package import module` finds a module as an attribute of its package.
 */
const load = ({ shared = '', seldom }: UwsgiApi) => `import gc, sys
from importlib import import_module, util

def load_when_used(name):
    package, _, module = name.rpartition(".")
    spec = util.find_spec(name)
    spec.loader = util.LazyLoader(spec.loader)
    sys.modules[name] = lazy = util.module_from_spec(spec)
    spec.loader.exec_module(lazy)
    setattr(import_module(package), module, lazy)

gc.disable()
${seldom === undefined ? '' : `load_when_used("${seldom}")\n`}import ${shared}
gc.freeze()
gc.enable()
`

const configuration = (
  { globals }: HostView,
  { name, user, workers, options = [] }: UwsgiApi,
  { application, sharedModule }: { application: string; sharedModule: string | undefined },
) =>
  [
    '[uwsgi]',
    'add-header = Connection: close',
    'buffer-size = 65535',
    'die-on-term = true',
    'enable-threads = true',
    'exit-on-reload = false',
    'hook-master-start = unix_signal:15 gracefully_kill_them_all',
    'lazy-apps = true',
    `logto2 = /var/log/kolla/${user}/${name}-uwsgi.log`,
    'master = true',
    'need-app = true',
    `plugins-dir = ${uwsgiPlugins(globals)}`,
    'plugins = python3',
    `processes = ${workers}`,
    'protocol = http',
    `pythonpath = /etc/${user}`,
    ...(sharedModule === undefined ? [] : [`shared-pyimport = ${sharedModule}`]),
    'socket-timeout = 30',
    'static-map = /static=/var/lib/kolla/venv/lib/python3/site-packages/static',
    'thunder-lock = true',
    `uid = ${user}`,
    'worker-reload-mercy = 80',
    `wsgi-file = ${application}`,
    ...options,
    '',
  ].join('\n')
