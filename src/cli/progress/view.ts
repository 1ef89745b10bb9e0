import type { OperationEvent } from '../../client/index.js'
import { JsonView } from './json-view.js'
import { LineView } from './line-view.js'

/** Shows events as they come. `end` may be called more than once. */
export interface View {
  show(event: OperationEvent): void
  end(): void
}

/** One JSON object a line for programs; live on a terminal; else plain lines, unless only the answer is wanted. */
export async function createView(options: { json: boolean; answer?: boolean }): Promise<View> {
  if (options.json) return new JsonView(process.stdout)
  const stream = options.answer ? process.stderr : process.stdout
  if (stream.isTTY) {
    const { LiveView } = await import('./live-view.js')
    return new LiveView(stream, { erase: options.answer === true })
  }
  return options.answer ? { show: () => undefined, end: () => undefined } : new LineView(stream)
}
