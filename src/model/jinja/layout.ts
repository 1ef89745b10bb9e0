import { JinjaError } from './values.js'

/** What becomes of the whitespace around blocks. */
export interface Layout {
  /** The newline behind a block is left out, as everywhere in Ansible. */
  readonly trimBlocks: boolean
  /** Blanks before a block that begins its line are left out, as kolla-ansible has it in files that it merges. */
  readonly lstripBlocks: boolean
}

export const ansibleLayout: Layout = { trimBlocks: true, lstripBlocks: false }

/** Ansible's `#jinja2: lstrip_blocks: True` as a template's first line: the template below it, and its layout. */
export function withHeader(template: string, layout: Layout): { body: string; layout: Layout } {
  const [header, options] = /^#jinja2:(.*)(?:\n|$)/.exec(template) ?? []
  if (header === undefined) return { body: template, layout }
  let { trimBlocks, lstripBlocks } = layout
  for (const option of (options ?? '').split(',')) {
    const [, name, value] = /^\s*(\w+)\s*:\s*(True|False)\s*$/.exec(option) ?? []
    if (name === 'trim_blocks') trimBlocks = value === 'True'
    else if (name === 'lstrip_blocks') lstripBlocks = value === 'True'
    else {
      throw new JinjaError('of a #jinja2: line only trim_blocks and lstrip_blocks are understood')
    }
  }
  return { body: template.slice(header.length), layout: { trimBlocks, lstripBlocks } }
}

const comment = String.raw`\{#.*?#\}`
const raw = String.raw`\{%[-+]?\s*raw\s*-?%\}.*?\{%[-+]?\s*endraw\s*[-+]?%\}`
const block = String.raw`\{%.*?%\}`
const expression = String.raw`\{\{.*?\}\}`
const tags = new RegExp(`(^[^\\S\\n]*)?(?:(${comment}|${raw}|${block})(\\n?)|${expression})`, 'gms')

/**
 * The template without the whitespace that its layout leaves out, and with `{% raw %}…{% endraw %}` as the expression of
 * its text: the parser knows neither `{%+`, nor `+%}`, nor `raw`.
 */
export function laidOut(template: string, { trimBlocks, lstripBlocks }: Layout): string {
  return template.replace(tags, (all: string, indent = '', tag?: string, newline = '') => {
    if (tag === undefined) return all
    const before = lstripBlocks && tag.at(2) !== '+' ? '' : (indent as string)
    const behind = trimBlocks && tag.at(-3) !== '+' ? '' : (newline as string)
    const bare = tag.replace(/^\{%\+/, '{%').replace(/\+%\}$/, '%}')
    return before + (rawAsExpression(tag, lstripBlocks) ?? bare) + behind
  })
}

const rawParts = /^\{%([-+]?)\s*raw\s*(-?)%\}(.*?)([^\S\n]*)\{%([-+]?)\s*endraw\s*([-+]?)%\}$/s

function rawAsExpression(tag: string, lstripBlocks: boolean): string | undefined {
  const [whole, before, first, body = '', blanks = '', last, after] = rawParts.exec(tag) ?? []
  if (whole === undefined) return undefined
  const isOwnLine = lstripBlocks && last !== '+' && body.endsWith('\n')
  const text = isOwnLine ? body : body + blanks
  const start = first === '-' ? text.trimStart() : text
  const sign = (mark?: string) => (mark === '-' ? '-' : '')
  return `{{${sign(before)} '${escape(last === '-' ? start.trimEnd() : start)}' ${sign(after)}}}`
}

function escape(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
}
