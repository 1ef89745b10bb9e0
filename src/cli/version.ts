import { readFileSync } from 'node:fs'

/** Of the package that this program, in its `dist/`, belongs to. */
export function packageVersion(): string {
  const file = new URL('../../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
