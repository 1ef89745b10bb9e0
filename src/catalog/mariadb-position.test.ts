import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { recoverPosition } from './mariadb.js'

function ask(mariadbd: string) {
  const fakes = `sudo() { :; }\nmariadbd() { ${mariadbd}; }\n`
  return spawnSync('bash', ['-c', fakes + recoverPosition], { encoding: 'utf8' })
}

it('prints the position alone, whatever MariaDB ends with', () => {
  const { status, stdout } = ask(
    'echo noise; echo "WSREP: Recovered position: a-b:42" >&2; return 1',
  )
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'WSREP: Recovered position: a-b:42\n' })
})

it.each([
  ['with its exit code', 'return 134', 134],
  ['also where MariaDB calls that a success', 'return 0', 1],
])("fails with MariaDB's last words where there is none, %s", (_case, ending, status) => {
  const said = ask(`echo "InnoDB: corrupted page" >&2; ${ending}`)
  expect([said.status, said.stdout]).toEqual([status, 'InnoDB: corrupted page\n'])
})
