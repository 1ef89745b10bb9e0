import { createProgram } from './program.js'
import { exitCode, report } from './exit.js'
import { watchReaders } from './readers.js'
import { packageVersion } from './version.js'

watchReaders([process.stdout, process.stderr], () => process.exit())

const program = createProgram(packageVersion())
try {
  await program.parseAsync()
} catch (error) {
  report(error, program.opts<{ json?: true }>().json === true)
  process.exitCode = exitCode(error)
}
