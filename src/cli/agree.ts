import { createInterface } from 'node:readline/promises'
import { UsageError } from './exit.js'

/**
 * Asks a person to agree with what is on the screen.
 *
 * @param otherwise what to do where nobody can be asked
 * @param declined what becomes of it where he does not
 * @throws UsageError with either
 */
export async function agree(
  question: string,
  { otherwise, declined }: { readonly otherwise: string; readonly declined: string },
): Promise<void> {
  if (!process.stdin.isTTY) throw new UsageError(otherwise)
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question(`${question} [y/N] `)
  terminal.close()
  if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError(declined)
}
