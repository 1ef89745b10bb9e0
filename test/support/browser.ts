import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { access } from 'node:fs/promises'
import { writeFile } from 'node:fs/promises'
import { freePort } from './temporal-server.js'
import { succeed } from './lab.js'

const driver = '/usr/bin/chromedriver'

/** Chromium without a window and without anything of its own in the background. */
const options = {
  args: [
    'headless',
    'no-sandbox',
    'disable-gpu',
    'disable-quic',
    'no-first-run',
    'disable-background-networking',
    'disable-component-update',
    'disable-sync',
    'window-size=1280,900',
  ],
}

/** A real browser, led by the W3C's WebDriver protocol. */
export class Browser {
  private constructor(
    private readonly process: ChildProcess,
    private readonly session: string,
  ) {}

  /** Installs the browser where it is missing. */
  static async start(): Promise<Browser> {
    await access(driver).catch(async () => {
      await succeed('apt-get', ['install', '--yes', '--quiet', 'chromium', 'chromium-driver'])
    })
    const port = await freePort()
    const child = spawn(driver, [`--port=${port}`], { stdio: 'ignore' })
    const url = `http://127.0.0.1:${port}`
    const deadline = Date.now() + 30_000
    while (
      !(await fetch(`${url}/status`).then(
        ({ ok }) => ok,
        () => false,
      ))
    ) {
      if (Date.now() > deadline) throw new Error('chromedriver does not answer')
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    const capabilities = { alwaysMatch: { browserName: 'chrome', 'goog:chromeOptions': options } }
    const { sessionId } = await command<{ sessionId: string }>('POST', `${url}/session`, {
      capabilities,
    })
    return new Browser(child, `${url}/session/${sessionId}`)
  }

  async stop(): Promise<void> {
    await command('DELETE', this.session).catch(() => undefined)
    this.process.kill()
  }

  async open(url: string): Promise<void> {
    await command('POST', `${this.session}/url`, { url })
  }

  /** Waits for an element, by a CSS selector. */
  async find(selector: string, seconds = 60): Promise<string> {
    const deadline = Date.now() + seconds * 1000
    for (;;) {
      const found = await command<Record<string, string>>('POST', `${this.session}/element`, {
        using: 'css selector',
        value: selector,
      }).catch((error: unknown) => {
        if (Date.now() > deadline) throw error
        return undefined
      })
      const [id] = Object.values(found ?? {})
      if (id !== undefined) return id
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }

  async type(selector: string, text: string): Promise<void> {
    await command('POST', `${this.session}/element/${await this.find(selector)}/value`, { text })
  }

  async click(selector: string): Promise<void> {
    await command('POST', `${this.session}/element/${await this.find(selector)}/click`, {})
  }

  /** What a person reads on the page. */
  async text(): Promise<string> {
    return command('GET', `${this.session}/element/${await this.find('body')}/text`)
  }

  async picture(file: string): Promise<void> {
    const png = await command<string>('GET', `${this.session}/screenshot`)
    await writeFile(file, Buffer.from(png, 'base64'))
  }
}

async function command<T>(method: string, url: string, body?: object): Promise<T> {
  const response = await fetch(url, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    signal: AbortSignal.timeout(60_000),
  })
  const { value } = (await response.json()) as { value: T & { message?: string } }
  if (!response.ok) throw new Error(`${method} ${url}: ${value.message ?? response.status}`)
  return value
}
