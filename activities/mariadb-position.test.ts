import { ApplicationFailure } from '@temporalio/common'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FakeEngine } from '../src/docker/fake-engine.js'
import { UNREADABLE } from '../src/catalog/mariadb.js'
import { mariadbActivities } from './mariadb.js'
import { testActivity, testContexts, testRef } from './testing.js'

let docker: FakeEngine
beforeEach(async () => {
  docker = await FakeEngine.start()
})
afterEach(() => docker.stop())

async function failure(): Promise<ApplicationFailure> {
  const { contexts } = testContexts(docker)
  const environment = testActivity()
  const asked = environment.run(() =>
    mariadbActivities(contexts).recoverMariadbPosition(testRef, 'kolla2'),
  )
  const error: unknown = await asked.catch((reason: unknown) => reason)
  if (error instanceof ApplicationFailure) return error
  throw error
}

it.each([
  ['its data are broken', { exitCode: UNREADABLE }],
  ['MariaDB says nothing of it', { exitCode: 0 }],
])('a person decides about a position that can not be read: %s', async (_case, state) => {
  Object.assign(docker, state)
  const { type, nonRetryable, message, details } = await failure()
  expect({ type, nonRetryable }).toEqual({ type: 'BadInput', nonRetryable: true })
  expect(message).toMatch(/^kolla2: error: the last transaction of its database can not be read/)
  expect(message).toContain('`kolla-temporal mariadb-rejoin kolla2 --confirm`')
  expect(message).toContain('kolla-temporal mariadb-restore')
  expect(details).toMatchObject([[{ severity: 'error', host: 'kolla2' }]])
})

it.each([
  ['the name is in use', { refusal: { status: 409, message: 'the name is in use' } }],
  ['its image is gone', { refusal: { status: 404, message: 'No such image' } }],
  ['its configuration is not taken', { exitCode: 1 }],
  ['the host has no memory left', { exitCode: 137 }],
])('nothing is said of the data where %s', async (_case, state) => {
  Object.assign(docker, state)
  await expect(failure()).rejects.not.toBeInstanceOf(ApplicationFailure)
})
