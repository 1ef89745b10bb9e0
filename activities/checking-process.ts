import type { CloudFiles } from '../src/model/cloud.js'
import { checkFiles } from './check-files.js'

/** A process's whole work: each message is a cloud's files, each answer what is to be known of them, or an error. */
process.on('message', (files: CloudFiles) => process.send?.(checkFiles(files)))
process.on('uncaughtException', (error) => process.send?.(error))
process.send?.('ready')
