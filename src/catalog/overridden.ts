import type { Override } from '../model/cloud.js'
import { formatFinding } from '../model/finding.js'
import { mergeOverrides, overridesFor } from '../model/overrides/merge.js'
import type { MergeKind } from '../model/overrides/merge.js'
import { hostScope } from '../model/variables.js'
import { foundBy } from './found.js'
import type { Context } from './service.js'

/** A file that the operator may change by files below `config/`. */
export interface Overridable {
  /** Where they may lie, weakest first: those that kolla-ansible's role reads. `<host>` is the host's name. */
  readonly paths: readonly string[]
  readonly kind: MergeKind
}

/** Files of which kolla-ansible takes the first that it finds. */
export function replaceable(service: string, file: string): Overridable {
  return { kind: 'whole', paths: [`${service}/${file}`, `${service}/<host>/${file}`] }
}

/** An OpenStack service's configuration for one of its containers, as kolla-ansible calls that: `keystone-fernet`. */
export function mergedConf(service: string, container: string): Overridable {
  return {
    kind: 'oslo',
    paths: [
      'global.conf',
      `${service}.conf`,
      `${service}/${container}.conf`,
      `${service}/<host>/${service}.conf`,
    ],
  }
}

/** A folder below `config/` whose files the operator adds to ours. */
export interface OverrideFolder {
  readonly folder: string
  /** How their names end; empty takes all. */
  readonly ending: string
}

/** The rendered file with the operator's changes. */
export function overridden(ctx: Context, target: Overridable, rendered: string): string {
  return applied(ctx, target.kind, rendered, overridesOf(ctx, target))
}

/** The operator's own file where we render none; undefined if there is none. */
export function overrideText(ctx: Context, target: Overridable): string | undefined {
  const overrides = overridesOf(ctx, target)
  return overrides.length > 0 ? applied(ctx, target.kind, '', overrides) : undefined
}

export function customFiles(
  ctx: Context,
  target: OverrideFolder,
): { readonly name: string; readonly text: string }[] {
  return overridesIn(ctx.cloud.overrides, target).map((override) => ({
    name: override.path.slice(target.folder.length + 1),
    text: applied(ctx, 'whole', '', [override]),
  }))
}

/** Those directly in the folder, by name. */
export function overridesIn(
  overrides: readonly Override[],
  { folder, ending }: OverrideFolder,
): Override[] {
  return overrides
    .filter(({ path }) => path.startsWith(`${folder}/`) && path.endsWith(ending))
    .filter(({ path }) => !path.slice(folder.length + 1).includes('/'))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

function overridesOf(ctx: Context, target: Overridable): Override[] {
  return overridesFor(ctx.cloud.overrides, { ...target, host: ctx.host.name })
}

/** Broken overrides throw: `checkOverrides` and `checkFoundOverrides` report them, all at once, before anything is rendered. */
function applied(
  ctx: Context,
  kind: MergeKind,
  base: string,
  overrides: readonly Override[],
): string {
  const scope = hostScope(ctx.cloud, ctx.host, foundBy(ctx.views))
  const { text, findings } = mergeOverrides(kind, base, overrides, scope)
  if (findings.length > 0) throw new Error(findings.map(formatFinding).join('\n'))
  return text
}
