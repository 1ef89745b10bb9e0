import type { DataConverter } from '@temporalio/common'
import {
  decodeArrayFromPayloads,
  decodeOptionalFailureToOptionalError,
  decodeOptionalSinglePayload,
} from '@temporalio/common/lib/internal-non-workflow/codec-helpers.js'
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/data-converter-helpers.js'

type Payload = Parameters<typeof decodeOptionalSinglePayload>[1]
type Payloads = { payloads?: Parameters<typeof decodeArrayFromPayloads>[1] } | null | undefined
type Failure = Parameters<typeof decodeOptionalFailureToOptionalError>[1]

/** Decodes what a history holds, with the data converter that the workers use. */
export class Decoder {
  readonly #converter: ReturnType<typeof loadDataConverter>

  constructor(converter?: DataConverter) {
    this.#converter = loadDataConverter(converter)
  }

  /** A payload that should be a text, such as a summary; else an empty one. */
  async text(payload: Payload): Promise<string> {
    const value = await decodeOptionalSinglePayload<unknown>(this.#converter, payload)
    return typeof value === 'string' ? value : ''
  }

  async first(payloads: Payloads): Promise<unknown> {
    const [value] = await decodeArrayFromPayloads(this.#converter, payloads?.payloads ?? [])
    return value
  }

  async error(failure: Failure): Promise<Error> {
    const error = await decodeOptionalFailureToOptionalError(this.#converter, failure)
    return error ?? new Error('failed without a reason')
  }
}
