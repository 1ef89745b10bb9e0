import { expect, it } from 'vitest'
import { renderHost } from '../../../src/catalog/render.js'
import { testCloud, testFacts } from '../../../src/catalog/testing/cloud.js'
import { createOptions } from '../../../src/docker/create-options.js'
import { compare } from '../compare.js'
import { readFiles } from '../tree.js'
import { readAsked, readCreated } from './container.js'
import { readFile } from './file.js'

const said = (name: string, text: string) => Object.fromEntries(readFile(name, text))

it.each<[string, string, Record<string, string>]>([
  [
    'keystone.conf',
    'x = 0\n# no\n[a b]\nX=True\nlist = 1\nlist = 2\nlong = one,\n   two\nbare\n',
    {
      '[] x': '0',
      '[a b] X': 'true',
      '[a b] list': '["1","2"]',
      '[a b] long': 'one,\ntwo',
      '[a b] bare': '(set)',
    },
  ],
  ['galera.cnf', "[mysqld]\nsize = '64M'\n", { '[mysqld] size': '64M' }],
  [
    'config.json',
    '{"command": "run -b 1 -a", "config_files": [{"dest": "/a", "perm": "0600", "owner": "me"}], "n": {"list": [1]}}',
    {
      command: 'run -a -b 1',
      'config_files[/a]': 'owner=me perm=0600',
      'n.list': '[1]',
    },
  ],
  ['keepalived.conf', 'a {\n  b c # no\n  d {\n  }\n}\n', { a: '1', 'a / b c': '1', 'a / d': '1' }],
  [
    'run.sh',
    '#!/bin/sh\n# no\nexport A="b c"\nA=b\n',
    { '#!/bin/sh': '1', 'A=b c': '1', 'A=b': '1' },
  ],
])('reads %s', (name, text, expected) => {
  expect(said(name, text)).toEqual(expected)
})

it('reads a load balancer from all its files, members apart from how they are asked', () => {
  const texts = new Map([
    ['haproxy.cfg', 'global\n    daemon\n'],
    ['services.d/a.cfg', 'backend a\n    server h1 1.1.1.1:1 check inter 2000 backup\n'],
  ])
  expect(Object.fromEntries(readFiles(texts).get('haproxy.cfg') ?? [])).toEqual({
    global: '1',
    'global / daemon': '1',
    'backend a': '1',
    'backend a / server h1 1.1.1.1:1 backup': '1',
    'backend a / server: check inter 2000': '1',
  })
})

it('overlooks no line of what we render', () => {
  const overlooked = renderHost(testCloud(), testFacts, 'kolla1').flatMap(({ files }) =>
    files.flatMap(({ path, content }) => {
      const whole = (text: string) =>
        JSON.stringify([...readFiles(new Map([[path, text]]))].map(([file, it]) => [file, [...it]]))
      const lines = content.split('\n')
      return lines.filter((line, at) => {
        const silent = /^\s*([#;!].*|[{}[\]]*)?$/.test(line) || path.endsWith('.json')
        return !silent && whole(lines.toSpliced(at, 1).join('\n')) === whole(content)
      })
    }),
  )
  expect(overlooked).toEqual([])
})

it('compares what kolla-ansible asks for with what we ask Docker for', () => {
  const asked = readAsked(
    JSON.stringify({
      name: 'a_b',
      image: 'registry/a:1',
      environment: { KOLLA_CONFIG_STRATEGY: 'COPY_ALWAYS', EMPTY: null },
      volumes: ['/etc/kolla/a-b/:/var/lib/kolla/config_files/:ro', 'data:/data'],
      privileged: true,
      pid_mode: 'host',
      ipc_mode: null,
      tmpfs: ['/run/a', null, ''],
      dimensions: { mem_limit: '1g', ulimits: { nofile: { soft: 1, hard: '2' } } },
      healthcheck: {
        test: ['CMD-SHELL', 'ask  me'],
        interval: 30,
        timeout: '30',
        start_period: 5,
        retries: 3,
      },
      restart_policy: 'on-failure',
      restart_retries: '10',
    }),
  )
  const created = readCreated(
    createOptions(
      {
        name: 'a_b',
        service: 'a',
        image: 'a',
        files: [],
        environment: { EMPTY: '' },
        volumes: ['data:/data'],
        privileged: true,
        pidMode: 'host',
        tmpfs: ['/run/a'],
        memoryLimit: '1024m',
        ulimits: { nofile: { soft: 1, hard: 2 } },
        healthcheck: { test: 'ask me', interval: 30, timeout: 30, startPeriod: 5, retries: 3 },
        restartPolicy: { name: 'on-failure', retries: 10 },
      },
      { image: 'registry/a:1', labels: {} },
    ),
  )
  expect(asked.name).toBe('a_b')
  expect([...created].sort()).toEqual([...asked.said].sort())
})

it('finds what one says otherwise, and what one alone has', () => {
  const tree = (containers: Record<string, Record<string, Record<string, string>>>) =>
    new Map([
      [
        'h1',
        new Map(
          Object.entries(containers).map(([name, files]) => [
            name,
            new Map(Object.entries(files).map(([file, it]) => [file, new Map(Object.entries(it))])),
          ]),
        ),
      ],
    ])
  const theirs = tree({ a: { f: { same: '1', other: '1', gone: '1' }, g: {} }, b: {} })
  const ours = tree({ a: { f: { same: '1', other: '2' } } })
  expect(compare(theirs, ours)).toEqual([
    { host: 'h1', container: 'a', file: 'f', key: 'gone', theirs: '1' },
    { host: 'h1', container: 'a', file: 'f', key: 'other', theirs: '1', ours: '2' },
    { host: 'h1', container: 'a', file: 'g', key: '(whole)', theirs: 'there' },
    { host: 'h1', container: 'b', file: '', key: '(whole)', theirs: 'there' },
  ])
})
