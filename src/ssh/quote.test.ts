import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { quote, raw, sh } from './quote.js'

test('every value reaches a program as it is', () => {
  const awkward = [
    '',
    ' ',
    "'",
    "it's",
    '"',
    '$HOME',
    '`id`',
    '$(id)',
    '\\',
    'a\nb',
    '*',
    '~',
    '!',
    '#x',
    '-n',
    '€ 漢',
    ';&|<>',
  ]
  const alphabet = '\'"\\$`!*?[]{}()<>|&;#~= \t\nabé'
  let seed = 42
  const random = (below: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below
  const noise = Array.from({ length: 500 }, () =>
    Array.from({ length: random(12) }, () => alphabet.charAt(random(alphabet.length))).join(''),
  )
  const values = [...awkward, ...noise]
  for (const shell of ['bash', 'sh']) {
    const out = execFileSync(shell, ['-c', sh`printf '%s\\0' ${values}`], { encoding: 'utf8' })
    expect(out.split('\0').slice(0, -1)).toEqual(values)
  }
})

test('arrays become several words, raw text stays as it is, scripts nest', () => {
  expect(sh`rm ${raw('-f --')} ${['a b', 'c']} ${3}`).toBe("rm -f -- 'a b' c 3")
  expect(sh`bash -c ${sh`echo ${'a b'}`}`).toBe(`bash -c 'echo '\\''a b'\\'''`)
})

test('a NUL byte is refused', () => {
  expect(() => quote('a\0b')).toThrow('NUL')
})
