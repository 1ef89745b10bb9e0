import { describe, expect, it } from 'vitest'
import { commandOf } from './command-of.js'

describe('the command that asks for the same again', () => {
  it.each([
    ['deploy', { cloud: 'demo', services: ['glance', 'nova'] }, '--tags glance,nova deploy'],
    [
      'prepareHosts',
      { cloud: 'demo', hosts: ['k1'], takeOver: true },
      '--limit k1 bootstrap-servers --take-over',
    ],
    [
      'upgrade',
      { cloud: 'demo', release: '2026.1', batch: '50%', onFailure: 'stop' },
      'upgrade 2026.1 --batch 50% --on-failure stop',
    ],
    ['pull', { cloud: 'demo', release: '2026.1' }, 'pull 2026.1'],
    ['rollback', { cloud: 'demo', confirm: true, onFailure: 'stop' }, 'rollback --confirm'],
    ['upgrade', { cloud: 'demo', release: '2026.1', approve: false }, 'upgrade 2026.1'],
    ['initRunonce', { cloud: 'demo', extNet: true }, 'init-runonce'],
    [
      'wipeDisk',
      { cloud: 'demo', disk: '/dev/sdc', host: 'k1', size: '9.5 G' },
      "wipe-disk k1 /dev/sdc --size '9.5 G'",
    ],
    ['buildImages', { cloud: 'demo', images: ['nova-api', 'cron'] }, 'build nova-api cron'],
    [
      'initRunonce',
      { cloud: 'demo', extNet: false, publicKey: 'ssh-ed25519 AAAA', boot: true },
      'init-runonce --no-ext-net --boot',
    ],
  ])('%s', (operation, input, command) => {
    expect(commandOf(operation, input)).toBe(`kolla-temporal --cloud demo ${command}`)
  })

  it('names the verb alone where the input is not known', () => {
    expect(commandOf('postDeploy', undefined)).toBe('kolla-temporal post-deploy')
  })
})
