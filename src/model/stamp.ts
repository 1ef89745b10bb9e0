/** A moment as names have it: `20261123T094000Z`. */
export function stamp(at: Date): string {
  return at.toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '')
}
