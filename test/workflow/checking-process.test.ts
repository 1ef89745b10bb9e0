import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { FileChecker } from '../../activities/checking.js'
import { testFiles } from '../../src/catalog/testing/cloud.js'

/** The built process, with files that only running them tells to be without end. */
const code = pathToFileURL(join(process.cwd(), 'dist', 'activities', 'checking-process.js'))
const checker = new FileChecker({ code, timeoutMs: 3000, memoryMb: 512 })
afterAll(() => checker.close())

const withGlobals = (more: Record<string, unknown>) => testFiles({ globals: more })

it('a good cloud is read', async () => {
  const { findings, hosts, secrets } = await checker.check(testFiles())
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(hosts).toEqual(['kolla1', 'kolla2', 'kolla3'])
  expect(secrets).toContain('keepalive-secret')
})

const layers = Array.from({ length: 40 }, (_, at) => at)
const diamonds = layers.flatMap((at) => [
  `[a${at}:children]\na${at + 1}\nb${at + 1}`,
  `[b${at}:children]\na${at + 1}\nb${at + 1}`,
])
const { inventory } = testFiles()

it.each([
  ['loops', withGlobals({ my_x: '{% for i in range(100000000000) %}{{ i }}{% endfor %}' })],
  ['lists', withGlobals({ my_x: '{{ range(2000000000) | list }}' })],
  ['texts', withGlobals({ my_x: "{{ 'x' * 10000000000 }}" })],
  [
    'regular expressions',
    withGlobals({ my_x: `{{ '${'a'.repeat(60)}!' | regex_replace('(a+)+$', 'b') }}` }),
  ],
  [
    'groups in diamonds',
    {
      ...testFiles(),
      inventory: {
        ...inventory,
        text: `${inventory.text}\n${diamonds.join('\n')}\n[a40]\nkolla1\n[b40]\nkolla1\n`,
      },
    },
  ],
])('%s without end are a finding', async (_, files) => {
  const { findings } = await checker.check(files)
  expect(findings.map(({ message }) => message).join()).toMatch(/^the cloud's files .*without end$/)
  expect((await checker.check(testFiles())).hosts).toHaveLength(3)
})
