import { expect, it } from 'vitest'
import { foreignDatabase } from './check-foreign.js'

const of = (...holders: string[]) =>
  foreignDatabase('kolla1', { name: 'glance', user: 'glance', holders })

it.each([
  ['is not there, or nobody has rights on it', of()],
  ['is ours', of('glance')],
  ['is ours, and others may read it', of('glance', 'grafana')],
])('a database that %s is no finding', (_case, findings) => {
  expect(findings).toEqual([])
})

it('a database that only others have rights on is theirs', () => {
  expect(of('alice', 'bob')).toEqual([
    {
      severity: 'error',
      host: 'kolla1',
      message:
        "the database glance is there, and it is that of alice, bob, not of glance: give the service's another name (…_database_name) or that account (…_database_user), or remove what nobody needs any more",
    },
  ])
})
