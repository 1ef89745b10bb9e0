import type { OperationEvent } from '../../client/index.js'
import type { View } from './view.js'

export class JsonView implements View {
  readonly #out: NodeJS.WritableStream

  constructor(out: NodeJS.WritableStream) {
    this.#out = out
  }

  show(event: OperationEvent): void {
    this.#out.write(`${JSON.stringify(event)}\n`)
  }

  end(): void {
    // every line is complete
  }
}
