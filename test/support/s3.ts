import { createHash, createHmac } from 'node:crypto'

export interface S3Credential {
  readonly access: string
  readonly secret: string
}

/** One request to an object store, signed as Amazon's version 4 wants it. @throws for any status but 2xx */
export async function s3Request(
  method: 'GET' | 'PUT',
  url: string,
  { access, secret }: S3Credential,
  body = '',
): Promise<string> {
  const { host, pathname } = new URL(url)
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`
  const headers = { host, 'x-amz-content-sha256': sha256(body), 'x-amz-date': time }
  const names = Object.keys(headers).join(';')
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`)
  const request = [method, pathname, '', lines.join(''), names, sha256(body)].join('\n')
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(request)].join('\n')
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secret}`)
  const signature = hmac(key, text).toString('hex')
  const response = await fetch(url, {
    method,
    headers: {
      ...headers,
      authorization: `AWS4-HMAC-SHA256 Credential=${access}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    },
    ...(method === 'PUT' && { body }),
    signal: AbortSignal.timeout(60_000),
  })
  const answer = await response.text()
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${answer}`)
  return answer
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
