/**
 * A value of JSON that others wrote; `what` begins the error's sentence, which never quotes the text: it may hold secrets.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string, what = ''): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new SyntaxError(`${what} is no JSON`.trim())
  }
}
