import { readFileSync, writeFileSync } from 'node:fs'
import type { Probed } from './result.js'

/**
 * `probe.js URL FILE < PASSWORD`: asks Keystone for a token every 200 ms, however long the answers take, each time over
 * a connection of its own, until SIGTERM. What it saw goes to the file.
 */
const INTERVAL = 200
const TIMEOUT = 20_000

const [url = '', file = ''] = process.argv.slice(2)
const domain = { name: 'Default' }
const user = { name: 'admin', domain, password: readFileSync(0, 'utf8').trim() }
const login = JSON.stringify({
  auth: {
    identity: { methods: ['password'], password: { user } },
    scope: { project: { name: 'admin', domain } },
  },
})

let issued = 0
let last = Date.now()
let longestGap = 0
const failures: string[] = []
const asked = new Set<Promise<void>>()

async function ask(): Promise<void> {
  const began = Date.now()
  try {
    const response = await fetch(`${url}/v3/auth/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: login,
      signal: AbortSignal.timeout(TIMEOUT),
    })
    await response.text()
    if (response.status !== 201) throw new Error(`HTTP status ${response.status}`)
    issued += 1
    const now = Date.now()
    longestGap = Math.max(longestGap, now - last)
    last = now
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string } }
    const at = new Date(began).toISOString().slice(11, 23)
    failures.push(`${at} after ${Date.now() - began} ms: ${cause?.code ?? message}`)
  }
}

const timer = setInterval(() => {
  const request = ask()
  asked.add(request)
  void request.finally(() => asked.delete(request))
}, INTERVAL)

process.once('SIGTERM', () => {
  clearInterval(timer)
  void Promise.all(asked).then(() => {
    const probed: Probed & { failures: string[] } = {
      ...{ issued, failed: failures.length, failures },
      longestGapMs: Math.max(longestGap, Date.now() - last),
    }
    writeFileSync(file, JSON.stringify(probed, null, 2))
  })
})
