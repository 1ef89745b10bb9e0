/** What of an error a reader needs; its own fields may hold whole protocol messages. */
interface PlainError {
  readonly type: string
  readonly message: string
  readonly stack?: string
  readonly cause?: unknown
  /** Of an AggregateError. */
  readonly errors?: unknown
}

/** What may stand in a line of JSON: errors with their causes, which JSON alone makes `{}` of. Never throws. */
export function plain(value: unknown): unknown {
  return asJson(value, [])
}

function asJson(value: unknown, around: readonly object[]): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (typeof value === 'function') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (around.includes(value)) return '(as above)'
  const inside = [...around, value]
  if (value instanceof Error) return asJson(plainError(value), inside)
  if (Array.isArray(value)) return value.map((item) => asJson(item, inside))
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function') return asJson((toJSON as () => unknown).call(value), inside)
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, asJson(item, inside)] as const),
  )
}

/** Temporal's failures have a type of their own, which says more than the name of their class. */
function plainError(error: Error & { type?: unknown; errors?: unknown }): PlainError {
  const { name, message, stack, cause, type, errors } = error
  return {
    type: typeof type === 'string' ? type : name,
    message,
    ...(stack !== undefined && { stack }),
    ...(cause !== undefined && { cause }),
    ...(errors !== undefined && { errors }),
  }
}
