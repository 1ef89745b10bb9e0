import { describe, expect, it } from 'vitest'
import { cloudOf, read, small } from './testing/read.js'

describe('globals.d', () => {
  const globals = `${small.globals}network_interface: eth1\napi_interface: eth2\n`
  const globalsD = {
    '10-net.yml': 'network_interface: eth3\nstorage_interface: eth4\n',
    '20-net.yml': 'storage_interface: "{{ api_interface }}"\n',
  }

  it('wins over globals.yml, and a later file over an earlier one', () => {
    expect(cloudOf({ ...small, globals, globalsD }).globals).toMatchObject({
      network_interface: 'eth3',
      api_interface: 'eth2',
      storage_interface: 'eth2',
    })
    expect(read({ ...small, globals, globalsD }).findings).toEqual([])
  })

  it('is at fault by its own file and line', () => {
    const { findings } = read({
      ...small,
      globals: small.globals + 'database_port: 3306\nenable_nova: maybe\n',
      globalsD: {
        'a.yml': 'mariadb_wsrep_port: 4567\ndatabase_port: 70000\nenable_keystome: yes\n',
        'b.yml': 'x: "y\n',
      },
    })
    expect(findings).toEqual([
      "globals.d/a.yml:3:1: warning: unknown key 'enable_keystome', did you mean 'enable_keystone'?",
      'globals.d/b.yml:2:1: error: this is no YAML: missing closing "quote',
    ])
  })

  it('may mend what globals.yml has wrong', () => {
    const wrong = { ...small, globals: `${small.globals}database_port: 70000\n` }
    expect(read(wrong).cloud).toBeUndefined()
    expect(read({ ...wrong, globalsD: { 'a.yml': 'database_port: 3307' } }).findings).toEqual([])
    expect(read({ ...small, globalsD: { 'a.yml': 'database_port: 70000' } }).findings).toEqual([
      "globals.d/a.yml:1:1: error: 'database_port' must be at most 65535, not '70000'",
    ])
  })
})
