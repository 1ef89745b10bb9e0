import { expect, it } from 'vitest'
import { resolveNames } from './resolve.js'
import { localRemote } from './testing/local-remote.js'

it('takes the first address of each name, and none for a name that nobody knows', async () => {
  const getent = `timeout() {
  case $4 in
    kolla1) printf '192.168.8.70    STREAM kolla1\\n192.168.8.70    DGRAM\\n10.0.0.70    STREAM\\n' ;;
    *) return 2 ;;
  esac
}`
  const found = await resolveNames(localRemote(getent), ['kolla1', 'kolla2'])
  expect([...found]).toEqual([['kolla1', '192.168.8.70']])
})
