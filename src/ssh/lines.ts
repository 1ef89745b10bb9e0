/** Letters of a line that are told; what follows them is left out. */
export const longestLine = 64 * 1024

/** Cuts a stream's chunks into lines. A line without end costs no more than its letters, and is cut. */
export class LineSplitter {
  private parts: string[] = []
  private length = 0

  constructor(private readonly onLine: (line: string) => void) {}

  write(text: string): void {
    let from = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      this.keep(text, from, end)
      this.tell()
      from = end + 1
    }
    this.keep(text, from, text.length)
  }

  /** The last line, if it had no line end. */
  end(): void {
    if (this.length > 0) this.tell()
  }

  private keep(text: string, from: number, to: number): void {
    const room = longestLine - Math.min(this.length, longestLine)
    if (room > 0 && to > from) this.parts.push(text.slice(from, Math.min(to, from + room)))
    this.length += to - from
  }

  private tell(): void {
    const line = this.parts.join('')
    this.onLine(this.length > longestLine ? `${line}…` : line.replace(/\r$/, ''))
    this.parts = []
    this.length = 0
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
