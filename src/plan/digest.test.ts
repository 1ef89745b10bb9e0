import { describe, expect, it } from 'vitest'
import { renderHost } from '../catalog/render.js'
import { testCloud, testFacts } from '../catalog/testing/cloud.js'
import { configurationDigest, definitionDigest, fileState, planDigest } from './digest.js'

describe('digest of a configuration', () => {
  const a = { path: 'a', mode: 0o600, content: 'x' }
  const b = { path: 'b', mode: 0o600, content: 'y' }
  const digest = (...files: (typeof a)[]) => configurationDigest('key', files.map(fileState))

  it('does not depend on the order', () => {
    expect(digest(a, b)).toBe(digest(b, a))
  })

  it.each([
    ['content', [{ ...a, content: 'z' }, b]],
    ['mode', [{ ...a, mode: 0o644 }, b]],
    ['name', [{ ...a, path: 'c' }, b]],
    ['file', [a]],
  ])('differs by %s', (_case, files) => {
    expect(digest(...files)).not.toBe(digest(a, b))
  })

  it('cannot be made without the key', () => {
    expect(configurationDigest('other', [fileState(a)])).not.toBe(digest(a))
  })
})

describe('digest of a definition', () => {
  const [container] = renderHost(testCloud(), testFacts, 'kolla1')
  if (!container) throw new Error('nothing rendered')

  it('does not depend on the order of keys, on files or image', () => {
    const turned = Object.fromEntries(Object.entries(container).reverse()) as typeof container
    expect(definitionDigest({ ...turned, files: [], image: 'other' })).toBe(
      definitionDigest(container),
    )
  })

  it('says nothing of passwords, which its key does not protect', () => {
    const secret = {
      ...container,
      accounts: 'secret',
      peerPassword: 'its_name',
    }
    expect(definitionDigest(secret)).toBe(definitionDigest(container))
  })

  it('differs by environment, volume or limit', () => {
    const others = [
      { ...container, environment: { A: 'b' } },
      { ...container, volumes: [] },
      { ...container, memoryLimit: '1g' },
    ]
    const digests = new Set([container, ...others].map(definitionDigest))
    expect(digests.size).toBe(4)
  })
})

it('planDigest tells plans apart', () => {
  expect(planDigest({ a: 1 })).toBe(planDigest({ a: 1 }))
  expect(planDigest({ a: 1 })).not.toBe(planDigest({ a: 2 }))
})
