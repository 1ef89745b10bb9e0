import { createHash, createHmac } from 'node:crypto'
import type { Cloud } from '../model/cloud.js'
import { password } from '../model/passwords.js'

/** RabbitMQ's users, rights and policies, which every start imports: passwords only as hashes. */
export function definitions(cloud: Cloud): string {
  const { rabbitmq_user, rabbitmq_monitoring_user } = cloud.globals
  const user = (name: string, key: string, tags: string) => ({
    name,
    password_hash: passwordHash(cloud, name, password(cloud.passwords, key)),
    hashing_algorithm: 'rabbit_password_hashing_sha256',
    tags,
  })
  const content = {
    vhosts: [{ name: '/' }],
    users: [
      user(rabbitmq_user, 'rabbitmq_password', 'administrator'),
      user(rabbitmq_monitoring_user, 'rabbitmq_monitoring_password', 'monitoring'),
    ],
    permissions: [
      { user: rabbitmq_user, vhost: '/', configure: '.*', write: '.*', read: '.*' },
      { user: rabbitmq_monitoring_user, vhost: '/', configure: '^$', write: '^$', read: '.*' },
    ],
    policies: streamRetention(cloud),
  }
  return JSON.stringify(content, null, 2)
}

/** oslo.messaging sends its fanouts through streams, which keep every message until a policy lets them forget. */
function streamRetention({ globals }: Cloud) {
  if (!globals.om_enable_rabbitmq_stream_fanout) return []
  return [
    {
      vhost: '/',
      name: 'stream-retention-policy',
      'apply-to': 'streams',
      pattern: '.+',
      definition: {
        'stream-max-segment-size-bytes': globals.rabbitmq_stream_max_segment_size_bytes,
        'max-age': globals.rabbitmq_stream_segment_max_age,
      },
      priority: 1,
    },
  ]
}

/**
 * Base64 of salt and SHA-256 of salt and password. The salt is not drawn but derived, with the cluster's cookie as key:
 * an unchanged password must render the same file every time.
 */
function passwordHash(cloud: Cloud, name: string, secret: string): string {
  const salt = createHmac('sha256', password(cloud.passwords, 'rabbitmq_cluster_cookie'))
    .update(`${name}\0${secret}`)
    .digest()
    .subarray(0, 4)
  const hash = createHash('sha256').update(salt).update(secret).digest()
  return Buffer.concat([salt, hash]).toString('base64')
}
