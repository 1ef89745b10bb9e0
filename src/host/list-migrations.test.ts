import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { listMigrations, tellVersion } from './list-migrations.js'

/** A site-packages with a package whose distribution has another name, as Heat's and Placement's have. */
function packages(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'migrations-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

const folder = packages({
  'ours/__init__.py': 'raise RuntimeError("is not to be loaded")\n',
  'ours/db/migrations/versions/2026.1/expand/b2_add.py':
    "revision = 'b2'\ndown_revision = 'a1'\n\ndef upgrade():\n    revision = 'not one'\n",
  'ours/db/migrations/versions/a1_initial.py': "revision: str = 'a1'\ndown_revision = None\n",
  'openstack_ours-26.0.2.dist-info/METADATA': 'Name: openstack-ours\nVersion: 26.0.2\n',
  'openstack_ours-26.0.2.dist-info/top_level.txt': 'ours\n',
})

function run([program = '', ...args]: readonly string[]): string {
  const env = { ...process.env, PYTHONPATH: folder }
  return execFileSync(program, args, { env, encoding: 'utf8' })
}

it("lists a program's version and its migrations, and loads nothing of it", () => {
  expect(run(listMigrations(['ours/db/migrations']))).toBe(`26.0.2
2026.1/expand/b2_add.py:revision = 'b2'
2026.1/expand/b2_add.py:down_revision = 'a1'
a1_initial.py:revision: str = 'a1'
a1_initial.py:down_revision = None
`)
})

it('tells the version alone', () => {
  expect(run(tellVersion(['ours/db/migrations']))).toBe('26.0.2\n')
})
