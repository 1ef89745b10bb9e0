import { z } from 'zod'
import { HostError } from '../../ssh/errors.js'

/** What a host says of itself has not the form that such a thing has: nothing is done with it. */
export class FactRefused extends HostError {
  readonly retryable = false
}

/** Thrown by parsers, who do not know the host. Never quotes what the host said: it may be made to be quoted. */
class UnfitFact extends Error {}

/** What a host said, in the form that it must have. Others' scripts and files are made from it: nothing passes unparsed. */
export function fact<Schema extends z.ZodType>(
  what: string,
  schema: Schema,
  said: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(said)
  if (parsed.success) return parsed.data
  throw new UnfitFact(
    `its ${what} is none that we understand: look at it there, nothing was changed`,
  )
}

/** @throws FactRefused where the host said something else than it was asked */
export function factsOf<Parsed>(host: string, parse: () => Parsed): Parsed {
  try {
    return parse()
  } catch (error) {
    if (error instanceof UnfitFact) throw new FactRefused(host, error.message)
    if (error instanceof SyntaxError) throw new FactRefused(host, `one of its answers is no JSON`)
    throw error
  }
}

/** Text that is shown and compared, and goes nowhere else; a terminal must not obey it. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/g, '?').slice(0, 512)
}

/** As the kernel, DNS and RabbitMQ take it; RFC 1123 with underscores. */
export const hostname = z.string().regex(/^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?$/)
export const interfaceName = z.string().regex(/^[\w.@:+-]{1,15}$/)
export const count = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
export const uuid = z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i)
/** Of a partition: a GPT's is a UUID, a DOS table's `1a2b3c4d-01`. */
export const partitionUuid = z.string().regex(/^[0-9a-f-]{1,36}$/i)
export const device = z.string().regex(/^\/dev\/[\w./:+@-]{1,200}$/)
export const imageReference = z.string().regex(/^[\w./:@<>-]{1,512}$/)
export const digest = z.string().regex(/^sha256:[0-9a-z]{1,64}$/)
export const volumeName = z.string().regex(/^[\w.-]{1,255}$/)
