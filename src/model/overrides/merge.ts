import type { Override } from '../cloud.js'
import type { Finding } from '../finding.js'
import { JinjaError, renderText } from '../jinja/render.js'
import type { Scope } from '../jinja/render.js'
import { withFiles } from '../jinja/include.js'
import type { Includable } from '../jinja/include.js'
import { ansibleLayout } from '../jinja/layout.js'
import { VariableError } from '../variables.js'
import { mergeIni, parseIni, printIni } from './ini.js'
import type { IniError, IniStyle } from './ini.js'
import { mergeTrees, parseTree, printTree } from './tree.js'

/**
 * How a file is merged. `oslo`: an OpenStack service's. `ini`: other files with sections, such as galera.cnf. `whole`:
 * no merge, the last override replaces the file.
 */
export type MergeKind = 'oslo' | 'ini' | 'json' | 'yaml' | 'whole'

const styles: Readonly<Partial<Record<MergeKind, IniStyle>>> = {
  oslo: { bareKeys: false },
  ini: { bareKeys: true },
}

/** The overrides of one file for one host, weakest first; `paths` may have `<host>` in them. */
export function overridesFor(
  overrides: readonly Override[],
  { paths, host }: { readonly paths: readonly string[]; readonly host: string },
): Override[] {
  return overridePaths(paths, host).flatMap(
    (path) => overrides.find((one) => one.path === path) ?? [],
  )
}

export function overridePaths(paths: readonly string[], host: string): string[] {
  return paths.map((path) => path.replace('<host>', host))
}

/** The base with the overrides merged in, in their order, Jinja rendered by the scope. Broken ones are left out and found. `beside` may be included. */
export function mergeOverrides(
  kind: MergeKind,
  base: string,
  overrides: readonly Override[],
  scope: Scope,
  beside: readonly Includable[] = [],
): { text: string; findings: Finding[] } {
  const findings: Finding[] = []
  let text = base
  for (const override of overrides) {
    if (override.problem !== undefined) {
      const message = `${override.problem}: mend or remove it`
      findings.push({ severity: 'error', message, file: `config/${override.path}` })
      continue
    }
    let rendered = ''
    try {
      rendered = renderText(override.text, withFiles(scope, override.path, beside), layoutOf(kind))
      if (kind === 'whole') checkWhole(override.path, rendered)
      text = mergeText(kind, text, rendered)
    } catch (error) {
      const above = override.text.startsWith('#jinja2:') ? 1 : 0
      const lines = (text: string) => text.split('\n').length
      const sameLines = lines(rendered) + above === lines(override.text)
      const within = withFiles(scope, override.path, beside)
      findings.push(finding(override, error, sameLines ? above : undefined, within))
    }
  }
  return { text, findings }
}

/** As kolla-ansible's `merge_configs` and `merge_yaml`: else a block that is indented glues its line to the one above it. */
function layoutOf(kind: MergeKind) {
  return { ...ansibleLayout, lstripBlocks: kind !== 'whole' }
}

class MergeError extends Error {
  constructor(readonly where: IniError) {
    super(where.message)
  }
}

/** A file that is taken as it is still has to be what its name says, where that tells. */
function checkWhole(path: string, text: string): void {
  const [, ending] = /\.(json|ya?ml)$/.exec(path) ?? []
  if (ending !== undefined) sound(parseTree(text, ending === 'json' ? 'json' : 'yaml', false))
}

function mergeText(kind: MergeKind, base: string, over: string): string {
  if (kind === 'whole') return over
  if (kind === 'json' || kind === 'yaml') {
    const [below, above] = [base, over].map((text) => parseTree(text, kind))
    return printTree(mergeTrees(sound(below).value, sound(above).value), kind)
  }
  const style = styles[kind]
  if (!style) return over
  const merged = sound(parseIni(base, style))
  mergeIni(merged, sound(parseIni(over, style)))
  return printIni(merged)
}

function sound<Parsed extends object>(parsed: Parsed | IniError | undefined): Parsed {
  if (parsed && !('line' in parsed)) return parsed
  throw new MergeError(parsed ?? { line: 1, message: 'the file is empty' })
}

/** `above`: by how many lines the rendered text begins later; undefined where Jinja's blocks have moved lines. */
function finding(
  override: Override,
  error: unknown,
  above: number | undefined,
  scope: Scope,
): Finding {
  const file = `config/${override.path}`
  if (error instanceof MergeError) {
    const line = above === undefined ? {} : { line: error.where.line + above }
    return { severity: 'error', message: error.message, file, ...line }
  }
  if (!(error instanceof JinjaError || error instanceof VariableError)) throw error
  const line = faultyLine(override.text, scope)
  const wayOut = error instanceof JinjaError ? `: ${error.wayOut}` : ''
  const message = error.message + wayOut
  return { severity: 'error', message, file, ...(line === undefined ? {} : { line }) }
}

/** The line of the first expression that can't be evaluated by itself; the parser tells no places. */
function faultyLine(text: string, scope: Scope): number | undefined {
  for (const expression of text.matchAll(/\{\{.*?\}\}/gs)) {
    try {
      renderText(expression[0], scope)
    } catch {
      return text.slice(0, expression.index).split('\n').length
    }
  }
  return undefined
}
