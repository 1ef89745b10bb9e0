import { expect, it } from 'vitest'
import { imageRef } from './image.js'
import { testCloud } from './testing/cloud.js'

const mariadb = { name: 'mariadb', image: 'mariadb-server', service: 'mariadb' }

it.each([
  [{}, '192.168.8.73:5000/kolla/mariadb-server:2026.1-debian-trixie'],
  [{ docker_registry: '' }, 'kolla/mariadb-server:2026.1-debian-trixie'],
  [{ mariadb_tag: 'mine' }, '192.168.8.73:5000/kolla/mariadb-server:mine'],
  [{ docker_image_url: 'other:5000/x/' }, 'other:5000/x/mariadb-server:2026.1-debian-trixie'],
  [
    { docker_image_name_prefix: 'my-' },
    '192.168.8.73:5000/kolla/my-mariadb-server:2026.1-debian-trixie',
  ],
])('%j', (globals, ref) => {
  expect(imageRef(testCloud({ globals }).globals, mariadb)).toBe(ref)
})
