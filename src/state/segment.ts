/**
 * A name from outside as one step of a path, so that nothing is read or written beside the folder that it belongs in.
 *
 * @throws RangeError
 */
export function segment(name: string): string {
  if (/^[^/\\\p{Cc}]{1,200}$/u.test(name) && !name.startsWith('.')) return name
  throw new RangeError(`${JSON.stringify(name.slice(0, 100))} can't be the name of a file`)
}
