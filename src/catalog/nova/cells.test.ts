import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testCloud } from '../testing/cloud.js'
import { whole } from '../testing/whole.js'
import { novaSchema, transportTemplate } from './cells.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cells-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const nil = '00000000-0000-0000-0000-000000000000'
const uuid = '5d1bb2f6-7a5f-4c5b-8bb0-0e1f7e2f6a11'
const row = (name: string, id: string) =>
  `| ${name.padEnd(5)} | ${id} | rabbit://… | mysql://… | False |`

/** What the script asks of `nova-manage`, where these cells are there. */
function asked(script: string, cells: readonly string[]): string[] {
  const log = join(folder, 'log')
  writeFileSync(join(folder, 'cells'), cells.join('\n'))
  writeFileSync(log, '')
  const fake = `#!/bin/bash\necho "$*" >>${log}\n[[ $2 != list_cells ]] || cat ${folder}/cells\n`
  writeFileSync(join(folder, 'nova-manage'), fake, { mode: 0o755 })
  const environment = novaSchema.environment?.(testCloud({ globals: whole })) ?? {}
  execFileSync('bash', ['-c', `set -o errexit\n${script}`], {
    env: { PATH: `${folder}:/usr/bin:/bin`, ...environment },
  })
  return readFileSync(log, 'utf8').trim().split('\n')
}

const zero = '{scheme}://{username}:{password}@{hostname}:{port}/nova_cell0'
const main = '{scheme}://{username}:{password}@{hostname}:{port}/nova'
const three =
  '{scheme}://{username1}:{password1}@{hostname1}:{port1},{username2}:{password2}@{hostname2}:{port2},{username3}:{password3}@{hostname3}:{port3}//'

describe('cells', () => {
  it('are made once, by templates that hold no secret', () => {
    expect(asked(novaSchema.sync, ['+------+'])).toEqual([
      'api_db sync',
      'cell_v2 list_cells',
      `cell_v2 map_cell0 --database_connection ${zero}`,
      'db sync',
      `cell_v2 create_cell --transport-url ${three} --database_connection ${main}`,
    ])
  })

  it('that are there are brought to what they should be', () => {
    expect(asked(novaSchema.sync, [row('', uuid), row('cell0', nil)])).toEqual([
      'api_db sync',
      'cell_v2 list_cells',
      `cell_v2 update_cell --cell_uuid ${nil} --transport-url none:/// --database_connection ${zero}`,
      'db sync',
      `cell_v2 update_cell --cell_uuid ${uuid} --transport-url ${three} --database_connection ${main}`,
    ])
  })

  it('of a run that died between the two are completed', () => {
    const [, , , , last] = asked(novaSchema.sync, [row('cell0', nil)])
    expect(last).toMatch(/^cell_v2 create_cell /)
  })

  it('need another template when there is another number of RabbitMQ nodes', () => {
    expect(transportTemplate(1)).toBe('{scheme}://{username}:{password}@{hostname}:{port}//')
    expect(transportTemplate(3)).toBe(three)
  })
})
