import type { Cloud } from '../../model/cloud.js'
import { sqlName, sqlString } from '../mariadb-accounts.js'
import { cell0Database, cellDatabase } from './cells.js'

/**
 * Nova's services of a host with no version, as one that has not told it yet (nova/objects/service.py): they tell it when
 * they begin.
 *
 * @param host as Nova calls it, by its kernel's node name
 * @param binaries `nova-compute`
 */
export function forgetVersionsSql(
  cloud: Pick<Cloud, 'globals'>,
  host: string,
  binaries: readonly string[],
): string {
  const list = binaries.map(sqlString).join(', ')
  return [cell0Database(cloud), cellDatabase(cloud)]
    .map(
      ({ name }) =>
        `UPDATE ${sqlName(name)}.services SET version = 0 WHERE host = ${sqlString(host)} AND \`binary\` IN (${list});`,
    )
    .join('\n')
}
