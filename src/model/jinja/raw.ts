/** `{% raw %}…{% endraw %}` as the expression of its text, which the parser knows. */
export function withoutRaw(template: string): string {
  if (!/\braw\b/.test(template)) return template
  return template.replace(
    /\{#.*?#\}|\{%([-+]?)\s*raw\s*(-?)%\}(.*?)\{%([-+]?)\s*endraw\s*([-+]?)%\}(\n?)/gs,
    (
      all: string,
      before?: string,
      first?: string,
      text?: string,
      last?: string,
      after?: string,
      newline = '',
    ) => {
      if (text === undefined) return all // a comment
      const start = first === '-' ? text.trimStart() : text
      const kept = last === '-' ? start.trimEnd() : start
      // As after any block, a newline that follows is left out.
      return `{{${before === '-' ? '-' : ''} '${escape(kept)}' ${after === '-' ? '-' : ''}}}${after === '+' ? newline : ''}`
    },
  )
}

function escape(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
}
