export interface Login {
  readonly username: string
  readonly password: string
}

/**
 * What to answer a registry that said 401: the name and password, or a token that its own service hands out, to those
 * who show none for public images, too. Undefined where there is nothing to show.
 */
export async function authorization(
  challenge: string,
  login: Login | undefined,
  send: (url: string, headers: Record<string, string>) => Promise<Response>,
): Promise<string | undefined> {
  const basic =
    login && `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`
  if (!/^bearer /i.test(challenge)) return basic
  const asked = new Map<string, string>()
  for (const [, key = '', value = ''] of challenge.matchAll(/(\w+)="([^"]*)"/g)) {
    asked.set(key, value)
  }
  const realm = asked.get('realm')
  if (realm === undefined || !URL.canParse(realm)) return undefined
  const url = new URL(realm)
  for (const key of ['service', 'scope']) url.searchParams.set(key, asked.get(key) ?? '')
  const answer = await send(url.href, basic === undefined ? {} : { authorization: basic })
  if (!answer.ok) return undefined
  const body = (await answer.json()) as { token?: string; access_token?: string }
  const token = body.token ?? body.access_token
  return token && `Bearer ${token}`
}
