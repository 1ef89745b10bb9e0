import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What `npm run build` leaves for a worker to load. */
export const dist = join(dirname(fileURLToPath(import.meta.url)), '..')
export const bundleFile = join(dist, 'workflow-bundle.js')
export const buildIdFile = join(dist, 'build-id')
