const note = /^([a-z0-9-]+\/[a-z]+) ((?:sha256:)?[0-9a-f]{64})$/

/** From lines of `service/kind digest`. What is none of these is no note of ours, and that one-shot is run again. */
export function parseOneShotNotes(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, digest] = note.exec(line) ?? []
      return name === undefined || digest === undefined ? [] : [[name, digest]]
    }),
  )
}
