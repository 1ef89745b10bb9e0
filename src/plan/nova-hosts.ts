/**
 * Compute hosts that are mapped to no cell.
 *
 * @param listed what `nova-manage cell_v2 list_hosts` prints: a table of cell's name, cell's UUID and host
 * @param wanted hosts as Nova calls them: by their kernel's node names
 */
export function undiscovered(listed: string, wanted: readonly string[]): string[] {
  const mapped = listed.split('\n').map((line) => line.split('|')[3]?.trim())
  return wanted.filter((name) => !mapped.includes(name))
}
