// Prints `N passed, N failed` from Vitest's JSON report. Exits with 1 when no test ran or one failed.
import { readFileSync } from 'node:fs'

const [file = ''] = process.argv.slice(2)
const text = readFileSync(file, 'utf8')
const {
  numPassedTests: passed,
  numFailedTests,
  testResults,
} = text ? JSON.parse(text) : { numPassedTests: 0, numFailedTests: 0, testResults: [] }

// A file that could not be loaded, or whose hook threw, fails without a failed test: it counts as one.
const unexplained = testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
)
const failed = numFailedTests + unexplained.length

if (passed + failed === 0) console.error('no test ran')
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = passed > 0 && failed === 0 ? 0 : 1
