import type { WriteStream } from 'node:tty'
import { createLogUpdate } from 'log-update'
import type { OperationEvent } from '../../client/index.js'
import { Picture } from './picture.js'
import type { View } from './view.js'

const FRAME_INTERVAL = 100

/** A picture that is redrawn in place. */
export class LiveView implements View {
  readonly #picture = new Picture()
  readonly #stream: WriteStream
  readonly #update: ReturnType<typeof createLogUpdate>
  readonly #erase: boolean
  #timer: NodeJS.Timeout | undefined

  constructor(stream: WriteStream, options: { readonly erase: boolean }) {
    this.#stream = stream
    this.#erase = options.erase
    this.#update = createLogUpdate(stream)
    this.#timer = setInterval(() => this.#draw(), FRAME_INTERVAL)
  }

  show(event: OperationEvent): void {
    this.#picture.apply(event)
  }

  end(): void {
    if (!this.#timer) return
    clearInterval(this.#timer)
    this.#timer = undefined
    if (this.#erase) this.#update.clear()
    else this.#draw()
    this.#update.done()
  }

  #draw(): void {
    const { columns, rows } = this.#stream
    this.#update(this.#picture.draw(new Date(), { columns, rows }))
  }
}
