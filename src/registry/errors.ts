/** A registry that does not answer as one; the message is one sentence with the way out. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
}

export function unreachable(registry: string, error: unknown): RegistryError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return new RegistryError(`the registry ${registry} can't be asked: ${reason(cause)}`, {
    cause: error,
  })
}

function reason(cause: unknown): string {
  const { code = '', message, name } = cause as { code?: string; message: string; name: string }
  if (/SSL|EPROTO/.test(code)) {
    return 'it speaks HTTP instead of HTTPS; set docker_registry_insecure to yes if that is meant'
  }
  if (/CERT|SIGNED|ALTNAME/.test(code)) return `its certificate is not trusted (${code})`
  if (/HPE_|UND_ERR_SOCKET/.test(code)) {
    return 'it does not speak HTTP; if it speaks HTTPS, set docker_registry_insecure to no'
  }
  const what = name === 'TimeoutError' ? 'no answer in time' : message
  return `${what}; start it or mend docker_registry`
}
