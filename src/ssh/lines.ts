/** Cuts a stream's chunks into lines. */
export class LineSplitter {
  private rest = ''

  constructor(private readonly onLine: (line: string) => void) {}

  write(text: string): void {
    const lines = (this.rest + text).split(/\r?\n/)
    this.rest = lines.pop() ?? ''
    for (const line of lines) this.onLine(line)
  }

  /** The last line, if it had no line end. */
  end(): void {
    if (this.rest !== '') this.onLine(this.rest)
    this.rest = ''
  }
}

/** The last lines of a text that grows. */
export class Tail {
  readonly lines: string[] = []

  constructor(private readonly size = 20) {}

  push(line: string): void {
    this.lines.push(line)
    if (this.lines.length > this.size) this.lines.shift()
  }
}
