import type { Cloud } from '../../model/cloud.js'
import type { Database, Schema } from '../service.js'

/*
 * Nova's databases, and the mapping by which its API's side finds them: cell0 for machines that no host would take, and
 * the one unnamed cell for all others, as kolla-ansible has them. The mapping holds templates that each process fills
 * in from its own `nova.conf` (nova/objects/cell_mapping.py), so that a changed password needs no change of the mapping,
 * and no secret is an argument of `nova-manage`.
 */

export function apiDatabase({ globals }: Pick<Cloud, 'globals'>): Database {
  return {
    name: globals.nova_api_database_name,
    user: globals.nova_api_database_user,
    password: 'nova_api_database_password',
  }
}

export function cell0Database({ globals }: Pick<Cloud, 'globals'>): Database {
  return { ...cellDatabase({ globals }), name: globals.nova_cell0_database_name }
}

export function cellDatabase({ globals }: Pick<Cloud, 'globals'>): Database {
  return {
    name: globals.nova_cell_database_name,
    user: globals.nova_database_user,
    password: 'nova_database_password',
  }
}

const databaseTemplate = ({ name }: Database) =>
  `{scheme}://{username}:{password}@{hostname}:{port}/${name}`

/** Of several hosts each has its number, beginning with 1; so there must be another template when there is another number of them. */
export function transportTemplate(rabbits: number): string {
  const host = (number: number | '') =>
    `{username${number}}:{password${number}}@{hostname${number}}:{port${number}}`
  const all = Array.from({ length: rabbits }, (_, index) => host(index + 1))
  return `{scheme}://${rabbits === 1 ? host('') : all.join(',')}//`
}

/**
 * For `nova_conductor`, whose `nova.conf` names the cell's own database and the API's. May run again at any point: the
 * cell is made once, for it is looked for by its having no name, and then brought to what it should be.
 */
const sync = `nova-manage api_db sync
nil=00000000-0000-0000-0000-000000000000
cells=$(nova-manage cell_v2 list_cells)
if grep -qF "$nil" <<<"$cells"; then
  nova-manage cell_v2 update_cell --cell_uuid "$nil" --transport-url none:/// --database_connection "$CELL0_DATABASE"
else
  nova-manage cell_v2 map_cell0 --database_connection "$CELL0_DATABASE"
fi
nova-manage db sync
cell=$(sed -nE 's/^\\| *\\| *([0-9a-f-]{36}) *\\|.*/\\1/p' <<<"$cells")
if [[ $cell ]]; then
  nova-manage cell_v2 update_cell --cell_uuid "$cell" --transport-url "$CELL_TRANSPORT" --database_connection "$CELL_DATABASE"
else
  nova-manage cell_v2 create_cell --transport-url "$CELL_TRANSPORT" --database_connection "$CELL_DATABASE"
fi`

export const novaSchema: Schema = {
  environment: (cloud) => ({
    CELL0_DATABASE: databaseTemplate(cell0Database(cloud)),
    CELL_DATABASE: databaseTemplate(cellDatabase(cloud)),
    CELL_TRANSPORT: transportTemplate((cloud.groups.get('rabbitmq') ?? []).length),
  }),
  sync,
  contract: 'nova-manage db online_data_migrations',
  check: 'nova-status upgrade check',
  migrations: ['nova/db/api/migrations', 'nova/db/main/migrations'],
}
