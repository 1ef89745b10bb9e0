import type { Cloud } from '../model/cloud.js'

/** Without version: `http://192.168.8.75:5000`, or what the operator says of it, who may have something in front. */
export function keystoneUrl(
  { globals }: Pick<Cloud, 'globals'>,
  as: 'internal' | 'public',
): string {
  return globals[`keystone_${as}_url`]
}
