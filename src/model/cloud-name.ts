/**
 * Whether a cloud may be called so: its name is that of a folder, a part of workflow ids and of containers' labels. Letters
 * of any language, digits and blanks; no separator of paths, nothing hidden.
 */
export function isCloudName(name: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{M}\p{N} _.,+@()-]{0,99}$/u.test(name)
}
