import { readFileSync } from 'node:fs'

/** Adds up vitest's JSON reports into one closing line. */
const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')))
const total = (count) => reports.reduce((sum, report) => sum + report[count], 0)
const brokenFiles = reports
  .flatMap((report) => report.testResults)
  .filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
console.log(`${total('numPassedTests')} passed, ${total('numFailedTests') + brokenFiles} failed`)
