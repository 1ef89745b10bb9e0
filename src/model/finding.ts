/** Something wrong, or doubtful, in what the operator wrote or in what a host shows. */
export interface Finding {
  readonly severity: 'error' | 'warning'
  /** One sentence: what is wrong and the way out. */
  readonly message: string
  /** Where: a file of the cloud's directory (line and column count from 1) … */
  readonly file?: string
  readonly line?: number
  readonly column?: number
  /** … or a host by its inventory name. */
  readonly host?: string
}

/** `globals.yml:12:3: error: …` or `kolla2: error: …`, as compilers print it. */
export function formatFinding(finding: Finding): string {
  const place = finding.file
    ? [finding.file, finding.line, finding.column].filter((part) => part !== undefined).join(':')
    : finding.host
  return [place, finding.severity, finding.message].filter((part) => part !== undefined).join(': ')
}

export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === 'error')
}
