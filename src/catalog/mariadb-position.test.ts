import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { UNREADABLE, recoverPosition } from './mariadb.js'

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
  ['it aborts', 'return 134'],
  ['it calls that a success', 'return 0'],
])("tells MariaDB's last words where there is none and %s", (_case, ending) => {
  const said = ask(`echo "InnoDB: corrupted page" >&2; ${ending}`)
  expect([said.status, said.stdout]).toEqual([UNREADABLE, 'InnoDB: corrupted page\n'])
})

it('says nothing of the data where somebody else has ended MariaDB', () => {
  expect(ask('echo "InnoDB: begins" >&2; return 137').status).toBe(137)
})
