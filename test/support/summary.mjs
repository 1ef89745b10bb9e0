import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

/** Names what failed in vitest's JSON reports, and adds them up into one closing line. */
const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')))
const total = (count) => reports.reduce((sum, report) => sum + report[count], 0)
const files = reports.flatMap((report) => report.testResults)
const brokenFiles = files.filter(
  (file) => file.status === 'failed' && file.assertionResults.length === 0,
)
for (const { name } of brokenFiles) console.log(`failed: ${relative('.', name)}`)
for (const { name, assertionResults } of files) {
  for (const { status, fullName, failureMessages } of assertionResults) {
    if (status !== 'failed') continue
    console.log(`failed: ${relative('.', name)}: ${fullName}: ${failureMessages[0] ?? ''}`)
  }
}
console.log(
  `${total('numPassedTests')} passed, ${total('numFailedTests') + brokenFiles.length} failed`,
)
