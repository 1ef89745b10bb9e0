import { describe, expect, it } from 'vitest'
import { formatMigrations, pendingRevisions, readRevisions } from './migrations.js'

/** As Keystone 29.1.0 has them, shortened. */
const printed = `27e647c0fad4_initial_version.py:revision = '27e647c0fad4'
27e647c0fad4_initial_version.py:down_revision = None
yoga/expand/29e87d24a316_initial.py:revision = '29e87d24a316'
yoga/expand/29e87d24a316_initial.py:down_revision = '27e647c0fad4'
yoga/contract/e25ffa003242_initial.py:revision = 'e25ffa003242'
yoga/contract/e25ffa003242_initial.py:down_revision = '27e647c0fad4'
yoga/contract/e25ffa003242_initial.py:depends_on = None
2026.1/expand/742c857f1dfb_add_index_in_revocation_event.py:revision = '742c857f1dfb'
2026.1/expand/742c857f1dfb_add_index_in_revocation_event.py:down_revision = 'e8725d6fa226'
2025.2/expand/e8725d6fa226_add_project_id_index_to_project_.py:revision = "e8725d6fa226"
2025.2/expand/e8725d6fa226_add_project_id_index_to_project_.py:down_revision = "29e87d24a316"
`
const revisions = readRevisions(printed)

/** As Glance 32.0.0 has them, shortened: what contracts depends on what expands. */
const ofGlance = readRevisions(`2023_1_contract01_empty.py:revision = '2023_1_contract01'
2023_1_contract01_empty.py:down_revision = None
2023_1_contract01_empty.py:depends_on = '2023_1_expand01'
2023_1_expand01_empty.py:revision = '2023_1_expand01'
2023_1_expand01_empty.py:down_revision = None
2024_1_contract01_empty.py:revision = '2024_1_contract01'
2024_1_contract01_empty.py:down_revision = '2023_1_contract01'
2024_1_contract01_empty.py:depends_on = '2024_1_expand01'
2024_1_expand01_add_cache_tables.py:revision: str = '2024_1_expand01'
2024_1_expand01_add_cache_tables.py:down_revision = ('2023_1_expand01',)
`)

describe('revisions', () => {
  it('are read from the files of an image', () => {
    expect(revisions).toHaveLength(5)
    expect(revisions[3]).toEqual({
      id: '742c857f1dfb',
      after: ['e8725d6fa226'],
      phase: 'expand',
      about: 'add index in revocation event',
      release: '2026.1',
    })
    expect(revisions[0]).toEqual({
      id: '27e647c0fad4',
      after: [],
      phase: '',
      about: 'initial version',
      release: '',
    })
    expect(revisions[4]?.about).toBe('add project id index to project')
  })

  it('are read where files have no folders', () => {
    expect(ofGlance.slice(2)).toEqual([
      {
        id: '2024_1_contract01',
        after: ['2023_1_contract01', '2024_1_expand01'],
        phase: 'contract',
        about: 'empty',
        release: '',
      },
      {
        id: '2024_1_expand01',
        after: ['2023_1_expand01'],
        phase: 'expand',
        about: 'add cache tables',
        release: '',
      },
    ])
  })

  it.each([
    ['one release', ['e25ffa003242', 'e8725d6fa226'], ['742c857f1dfb']],
    ['two', ['e25ffa003242', '29e87d24a316'], ['e8725d6fa226', '742c857f1dfb']],
    ['nothing', ['e25ffa003242', '742c857f1dfb'], []],
    ['an empty database', [], revisions.map(({ id }) => id).sort()],
  ])('are pending for %s behind', (_case, heads, ids) => {
    const pending = pendingRevisions(heads, revisions).map(({ id }) => id)
    expect(heads.length === 0 ? pending.sort() : pending).toEqual(ids)
  })

  it.each([
    ['2024_1_contract01', []],
    ['2023_1_contract01', ['2024_1_expand01', '2024_1_contract01']],
  ])('are not pending that a head depends on: %s', (head, ids) => {
    expect(pendingRevisions([head], ofGlance).map(({ id }) => id)).toEqual(ids)
  })
})

it('formatMigrations tells what data go through', () => {
  const heads = ['e25ffa003242', 'e8725d6fa226']
  const lines = formatMigrations({
    versions: [
      { program: 'MariaDB', from: '10.11.14', to: '11.8.3' },
      { program: 'RabbitMQ', from: '4.0.5', to: '4.0.5' },
      { program: 'Keystone', from: '28.1.0', to: '29.1.0' },
      { program: 'Placement', from: '14.0.0', to: '15.0.0' },
      { program: 'Heat', from: '25.0.2', to: '' },
    ],
    schemas: [
      { service: 'keystone', heads, pending: pendingRevisions(heads, revisions) },
      { service: 'placement', heads: ['a082b8bb98d0'], pending: [] },
      { service: 'heat', heads: ['97b2a986f922'] },
    ],
  })
  expect(lines).toEqual([
    'MariaDB 10.11.14 → 11.8.3: each member migrates its system tables, one after the other',
    'RabbitMQ 4.0.5 stays',
    'Keystone 28.1.0 → 29.1.0',
    'the schema of keystone is at e25ffa003242, e8725d6fa226; while the old release serves: 742c857f1dfb (add index in revocation event, of 2026.1); when none of it is left: nothing',
    'Placement 14.0.0 → 15.0.0',
    'the schema of placement is at a082b8bb98d0, and stays',
    'Heat 25.0.2 → unknown',
    'the schema of heat is at 97b2a986f922; the new image does not tell what it changes',
  ])
})
