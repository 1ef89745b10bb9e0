import { createProgram } from './program.js'
import { exitCode, report } from './exit.js'
import { packageVersion } from './version.js'

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

const program = createProgram(packageVersion())
try {
  await program.parseAsync()
} catch (error) {
  report(error, program.opts<{ json?: true }>().json === true)
  process.exitCode = exitCode(error)
}
