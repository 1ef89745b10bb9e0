import { describe, expect, it } from 'vitest'
import { describeSchemas, hasMoved, schemasIn, schemasOnTheWayBack } from './schemas.js'

describe('schemasIn', () => {
  it.each([
    [{ schemas: { glance: ['a'] } }, { glance: ['a'] }],
    [{ schema: ['a', 'b'] }, { keystone: ['a', 'b'] }],
    [{}, undefined],
  ])('%j tells %j', (known, schemas) => {
    expect(schemasIn(known)).toEqual(schemas)
  })
})

describe('schemasOnTheWayBack', () => {
  const found = { keystone: ['c', 'e2'], glance: ['g'], placement: ['p'] }
  const schemas = schemasOnTheWayBack(found, { keystone: ['c', 'e1'], glance: ['g'], heat: ['h'] })

  it('looks at the services of the record', () => {
    expect(schemas.map((schema) => [schema.service, hasMoved(schema)])).toEqual([
      ['keystone', true],
      ['glance', false],
      ['heat', true],
    ])
  })

  it('is told of each', () => {
    expect(describeSchemas(schemas, true)).toEqual([
      "keystone: its schema is at c, e2, the record's at c, e1: it needs the backup",
      "glance: its schema is the record's, and its data go back with the others",
      "heat: its schema is at no revision, the record's at h: it needs the backup",
    ])
    expect(describeSchemas(schemas.slice(1, 2), false)).toEqual([
      "glance: its schema is the record's",
    ])
  })
})
