import { Command } from 'commander'
import { expect, it, vi } from 'vitest'
import { checkInput } from '../../model/inputs.js'
import { run } from '../run.js'
import { addOperationVerbs } from './operations.js'

vi.mock('../run.js', () => ({ run: vi.fn() }))

/** The input that the words of a command line make. */
async function inputOf(...words: string[]): Promise<unknown> {
  const program = new Command()
  addOperationVerbs(program)
  await program.parseAsync(words, { from: 'user' })
  return vi.mocked(run).mock.lastCall?.[2]('demo', {})
}

it('takes digits alone for the number of an OSD', async () => {
  expect(await inputOf('remove-osd', '12')).toEqual({ cloud: 'demo', osd: 12 })
})

it.each(['', ' ', '0x1', '1e1', '1.0', '+1', 'osd.1'])(
  'leaves %j, which is no number of an OSD, to the check of the input',
  async (text) => {
    const input = await inputOf('remove-osd', text)
    expect(input).toEqual({ cloud: 'demo', osd: text })
    expect(checkInput('removeOsd', input)).toHaveLength(1)
  },
)
