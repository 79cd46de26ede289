// Ten shuffled runs of the suites of all sample apps, two at a time: are all results the same, and is anything left? Then
// runs that are killed half-way, each followed by one that is not. Build first. Linux only.
// Usage: node bench/harness/isolation.mjs [rounds]
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { copyFixture, generateAll } from './fixture-copies.mjs'
import { findLeftovers, listProcesses } from './leftovers.mjs'

const FIXTURES = ['orders', 'bookings', 'parcels']
const ROUNDS = Number(process.argv[2] ?? 5)
// When a run is killed: as soon as one of its processes has such a command line.
const MOMENTS = {
  'as soon as it starts': /vitest\.mjs/,
  'while its database starts': /keeper\.js/,
  'while tests run': /^postgres: \S+ itest_[0-9a-f]{8}_\d/,
}

const base = mkdtempSync(join(tmpdir(), 'itest-isolation-'))
const temporary = join(base, 'temporary')
mkdirSync(temporary)
const environment = { ...process.env, TMPDIR: temporary, ANTHROPIC_API_KEY: '', NO_COLOR: '1' }

const roots = FIXTURES.map((name) => copyFixture(name, base))
const paths = roots.flatMap((root) => generateAll(root, environment))
console.log(`${paths.length} paths in the plans of ${FIXTURES.join(', ')}`)
let failures = report('gen')
let expected = null
for (let round = 0; round < ROUNDS; round += 1) await runTwice(round)
for (const moment of Object.entries(MOMENTS)) await killAndRun(moment)
rmSync(base, { recursive: true, force: true })
process.exit(failures === 0 ? 0 : 1)

async function runTwice(round) {
  const started = performance.now()
  const both = await Promise.all([2 * round + 1, 2 * round + 2].map(runAll))
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  for (const results of both) {
    expected ??= results
    const differing = differences(expected, results)
    console.log(`run ${results.seed}: ${Object.keys(results.tests).length} tests, ${differing.length} differ`)
    for (const line of differing) console.log(`  ${line}`)
    failures += differing.length
  }
  failures += report(`runs ${2 * round + 1} and ${2 * round + 2} side by side, ${seconds} s`)
}

async function runAll(seed) {
  const tests = {}
  for (const root of roots) Object.assign(tests, await runSuite(root, seed).results())
  return { seed, tests }
}

function runSuite(root, seed) {
  const output = join(base, `results-${seed}-${root.split('/').at(-1)}.json`)
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const args = ['run', '--reporter=json', `--outputFile=${output}`, '--sequence.shuffle', `--sequence.seed=${seed}`]
  const child = spawn(process.execPath, [vitest, ...args], { cwd: root, env: environment, stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const results = async () => {
    await ended
    const { testResults } = JSON.parse(readFileSync(output, 'utf8'))
    return Object.fromEntries(
      testResults.flatMap(({ name, assertionResults }) =>
        assertionResults.map(({ fullName, status, failureMessages: [message = ''] }) => [
          `${name.slice(base.length)} > ${fullName}`,
          `${status} ${message.split('\n')[0]}`,
        ]),
      ),
    )
  }
  return { child, ended, results }
}

function differences(first, other) {
  const names = new Set([...Object.keys(first.tests), ...Object.keys(other.tests)])
  return [...names]
    .filter((name) => first.tests[name] !== other.tests[name])
    .map((name) => `${name}: ${first.tests[name]} / ${other.tests[name]}`)
}

async function killAndRun([when, command]) {
  // On a server, which is more to clean up than a file.
  const root = roots[FIXTURES.indexOf('bookings')]
  const { child, ended } = runSuite(root, 1)
  while (!listProcesses(temporary).some((one) => command.test(one.command))) await delay(20)
  const alive = listProcesses(temporary).length
  child.kill('SIGKILL')
  await ended
  const left = readdirSync(temporary)
  const next = await runSuite(root, 1).results()
  const wrong = expected ? Object.entries(next).filter(([name, result]) => expected.tests[name] !== result) : []
  failures += wrong.length
  failures += report(
    `killed ${when}, with ${alive} processes and ${left.length} folders, then run again: ${wrong.length} tests differ`,
  )
}

/** The folder of a run of Vitest, which nobody removes when that run is killed: a name of 21 random characters. */
function isOfVitest(name) {
  return /^[\w-]{21}$/.test(name)
}

/** Prints what is left and returns how much that is. */
function report(what) {
  const { entries, processes } = findLeftovers(temporary, readdirSync(temporary).filter(isOfVitest))
  console.log(`${what}: ${entries.length} entries in the temporary folder, ${processes.length} processes left`)
  for (const line of [...entries, ...processes]) console.log(`  left: ${line.slice(0, 200)}`)
  return entries.length + processes.length
}
