import { describe, expect, it } from 'vitest'
import { checkInput } from './inputs.js'

const messages = (...args: Parameters<typeof checkInput>) =>
  checkInput(...args).map((f) => f.message)

describe('checkInput', () => {
  it('takes the smallest input and every field', () => {
    expect(checkInput('deploy', { cloud: 'demo' })).toEqual([])
    expect(checkInput('deploy', { cloud: 'demo', services: ['keystone'] })).toEqual([])
    expect(
      checkInput('buildImages', { cloud: 'demo', profile: 'infra', images: ['cron'] }),
    ).toEqual([])
  })

  it('names the field that is missing or of another type', () => {
    expect(messages('deploy', {})).toEqual([
      'the field `cloud` of deploy\'s input must be a string, such as {"cloud":"demo"}',
    ])
    expect(messages('plan', { cloud: 'demo', services: 'keystone' })).toEqual([
      "the field `services` of plan's input must be a list of names",
    ])
    expect(messages('check', { cloud: '../x' })).toEqual([
      'the field `cloud` of check\'s input must be a name of letters, digits and hyphens, such as {"cloud":"demo"}',
    ])
    expect(messages('prepareHosts', { cloud: '', hosts: [] })).toEqual([
      'the field `cloud` of prepareHosts\'s input must not be empty, such as {"cloud":"demo"}',
      "the field `hosts` of prepareHosts's input must not be empty",
    ])
  })

  it('says what a batch and a canary may be', () => {
    const upgrade = (more: object) =>
      messages('upgrade', { cloud: 'demo', release: '2026.1', ...more })
    for (const batch of ['all', '0%', 0, true]) {
      expect(upgrade({ batch })).toEqual([
        "the field `batch` of upgrade's input must be a number of hosts, or a part of them such as 50%",
      ])
    }
    expect(upgrade({ canary: 'soon' })).toEqual([
      "the field `canary` of upgrade's input must be approval, or a number of seconds",
    ])
    expect(upgrade({ batch: '50%', canary: 600, evacuate: true })).toEqual([])
  })

  it('names an unknown field and those that there are', () => {
    expect(messages('deploy', { cloud: 'demo', tags: ['keystone'] })).toEqual([
      'deploy has no field `tags`; its fields are: cloud, services',
    ])
  })

  it('wants a proof before a disk is wiped', () => {
    const input = { cloud: 'demo', host: 'kolla2', disk: '/dev/sdc' }
    expect(checkInput('wipeDisk', { ...input, size: '12G' })).toEqual([])
    expect(checkInput('wipeDisk', { ...input, serial: 'WD 1' })).toEqual([])
    expect(messages('wipeDisk', input)).toEqual([
      "the field `size` of wipeDisk's input must be there, or `serial`: as the disk itself tells it (lsblk --nodeps --output NAME,SIZE,SERIAL)",
    ])
    expect(messages('wipeDisk', { ...input, disk: 'sdc', size: '12G' })).toEqual([
      "the field `disk` of wipeDisk's input must be a device such as /dev/sdc",
    ])
  })

  it('wants addresses, a path and a public key for a first machine', () => {
    const input = { cloud: 'demo', extNetRange: 'start=10.0.2.5,end=10.0.2.9' }
    expect(checkInput('initRunonce', { ...input, publicKey: 'ssh-ed25519 AAAA me' })).toEqual([])
    const field = (name: string) => `the field \`${name}\` of initRunonce's input must be `
    expect(
      messages('initRunonce', {
        cloud: 'demo',
        extNetCidr: '10.0.2.0',
        extNetRange: '10.0.2.5-10.0.2.9',
        demoNetGateway: 'fe80::1',
        image: 'guest.raw',
        publicKey: '-----BEGIN OPENSSH PRIVATE KEY-----',
      }),
    ).toEqual([
      `${field('extNetCidr')}an IPv4 network such as 10.0.2.0/24`,
      `${field('extNetRange')}a range such as start=10.0.2.150,end=10.0.2.199`,
      `${field('demoNetGateway')}an IPv4 address such as 10.0.2.1`,
      `${field('image')}an absolute path`,
      `${field('publicKey')}one public key, a line such as ssh-ed25519 AAAA…`,
    ])
  })

  it('says what an input looks like when it is no object', () => {
    expect(messages('check', undefined)).toEqual([
      'the input of check must be an object such as {"cloud":"demo"}',
    ])
  })
})
