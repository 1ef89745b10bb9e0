import type { YAMLParseError } from 'yaml'

/** Of these the parser's own message quotes the file, and that may be a password. */
const sentences: Partial<Record<YAMLParseError['code'], string>> = {
  ALIAS_PROPS: 'an alias (a value that begins with *) stands alone: quote the value if it is none',
  BAD_ALIAS:
    'an alias or anchor has no name, or an ambiguous one: quote a value that begins with * or &',
  BAD_COLLECTION_TYPE: 'a tag is for another kind of value: quote a value that begins with !',
  BAD_DIRECTIVE: 'a line that begins with % is a directive: remove it',
  BAD_DQ_ESCAPE: 'a backslash in double quotes begins no escape sequence: use single quotes',
  BAD_SCALAR_START: 'a value begins with a letter that YAML keeps for itself: quote it',
  NON_STRING_KEY: 'a key must be a plain name',
  RESOURCE_EXHAUSTION: 'this is nested too deeply',
  TAG_RESOLVE_FAILED: 'a tag is unknown: quote a value that begins with !',
  UNEXPECTED_TOKEN: 'something stands here that does not belong here: quote the value',
}

/** What is wrong with a YAML text, in the middle of a sentence; never a part of the text. */
export function yamlFault({ code, message }: Pick<YAMLParseError, 'code' | 'message'>): string {
  const own = sentences[code]
  if (own !== undefined) return own
  const [first = ''] = message.split(/:|\n| at line/)
  return first.charAt(0).toLowerCase() + first.slice(1)
}
