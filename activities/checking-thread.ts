import { parentPort } from 'node:worker_threads'
import type { CloudFiles } from '../src/model/cloud.js'
import { checkFiles } from './check-files.js'

/** A thread's whole work: each message is a cloud's files, each answer what is to be known of them. */
parentPort?.on('message', (files: CloudFiles) => parentPort?.postMessage(checkFiles(files)))
parentPort?.postMessage('ready')
