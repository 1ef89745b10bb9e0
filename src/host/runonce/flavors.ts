import { flavors } from '../../plan/runonce.js'
import type { OpenStackApi } from '../openstack-api.js'
import { compare } from './thing.js'
import type { Outcome, Thing } from './thing.js'

/** Sizes of machines. Where an id is another flavor's already, Nova gives one. */
export async function ensureFlavors(api: OpenStackApi): Promise<Outcome[]> {
  const { flavors: present } = await api.call<{ flavors: readonly Thing[] }>(
    'GET',
    'compute',
    'flavors/detail?is_public=None',
  )
  const outcomes: Outcome[] = []
  for (const { id, ...flavor } of flavors) {
    const what = `flavor ${flavor.name}`
    const found = present.find((it) => it['name'] === flavor.name)
    if (!found) {
      const taken = present.some((it) => it.id === id)
      await api.call('POST', 'compute', 'flavors', {
        flavor: { ...flavor, id: taken ? 'auto' : id },
      })
    }
    outcomes.push(found ? compare(what, found, flavor) : { what, state: 'made' })
  }
  return outcomes
}
