import type { SourceFile } from '../cloud.js'
import type { Finding } from '../finding.js'
import { parseInventory } from './parser.js'
import type { Inventory } from './parser.js'
import { isYamlInventory, parseYamlInventory } from './yaml-inventory.js'

/** Reads an inventory in whichever of Ansible's two formats it is. */
export function readInventory(file: SourceFile): { inventory: Inventory; findings: Finding[] } {
  return isYamlInventory(file.text) ? parseYamlInventory(file) : parseInventory(file)
}
