// Mutants per second of `itest prove` and of StrykerJS with its Vitest runner, on the same route and the same tests, in
// turn, three times each. StrykerJS is installed from the registry into a temporary folder. Build first.
// Usage: node bench/prove/bench.mjs [stryker folder that is installed already]
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../harness/fixture-copies.mjs'
import { CLI, makeSample } from './sample.mjs'

const WANTED = 7
const ROUNDS = 3
const sample = makeSample()
const stryker = process.argv[2] ?? installStryker(join(sample.folder, 'stryker'))

const rounds = Array.from({ length: ROUNDS }, () => ({ own: runOwn(), other: runStryker() }))
for (const { own, other } of rounds) {
  console.log(`itest prove   ${describe(own)}`)
  console.log(`StrykerJS     ${describe(other)}`)
}
const ratios = rounds.map(({ own, other }) => own.count / own.seconds / (other.count / other.seconds))
const [least, ratio, most] = ratios.toSorted((a, b) => a - b).map((one) => one.toFixed(1))
const judged = Number(ratio) < WANTED ? ': MISSED' : ''
console.log(`${ratio} times as many per second, ${least} to ${most} in ${ROUNDS} rounds (wanted: ${WANTED}${judged})`)
rmSync(sample.folder, { recursive: true, force: true })

function describe({ count, seconds, counts }) {
  const rate = (count / seconds).toFixed(2)
  return `${count} mutants in ${seconds.toFixed(1)} s, start included: ${rate} per second  ${JSON.stringify(counts)}`
}

function runOwn() {
  const { stdout, seconds } = run([CLI, 'prove', 'POST', '/orders', '--root', sample.root, '--json'])
  const { mutants, counts } = JSON.parse(stdout)
  // Those that were not run cost nothing.
  const count = mutants.filter(({ status }) => !['equivalent', 'invalid', 'no-coverage'].includes(status)).length
  return { count, seconds, counts }
}

function runStryker() {
  const link = join(sample.root, 'node_modules/@stryker-mutator')
  if (!existsSync(link)) symlinkSync(join(stryker, 'node_modules/@stryker-mutator'), link)
  const options = {
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    mutate: ['src/routes/orders.ts', 'src/lib/payments.ts'],
    coverageAnalysis: 'perTest',
    concurrency: 2,
    reporters: ['json'],
  }
  writeFileSync(join(sample.root, 'stryker.config.json'), JSON.stringify(options))
  const bin = join(stryker, 'node_modules/@stryker-mutator/core/bin/stryker.js')
  const { seconds } = run([bin, 'run'])
  const { files } = JSON.parse(readFileSync(join(sample.root, 'reports/mutation/mutation.json'), 'utf8'))
  const mutants = Object.values(files).flatMap((file) => file.mutants)
  const counts = {}
  for (const { status } of mutants) counts[status] = (counts[status] ?? 0) + 1
  return { count: mutants.filter(({ status }) => status !== 'NoCoverage').length, seconds, counts }
}

function run(args) {
  const from = performance.now()
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: sample.root, encoding: 'utf8' })
  if (status === null || (status !== 0 && stdout === '')) throw new Error(`${args.join(' ')} failed: ${stderr}`)
  return { stdout, seconds: (performance.now() - from) / 1000 }
}

/** With the Vitest of this repository, as a project that uses both has one Vitest. */
function installStryker(folder) {
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  const packages = ['@stryker-mutator/core@9.6.1', '@stryker-mutator/vitest-runner@9.6.1', 'typescript@5.9.3']
  const options = { cwd: folder, encoding: 'utf8' }
  const { status, stderr } = spawnSync(
    'npm',
    ['install', '--no-audit', '--no-fund', '--legacy-peer-deps', ...packages],
    options,
  )
  if (status !== 0) throw new Error(`StrykerJS could not be installed: ${stderr}`)
  const present = new Set(readdirSync(join(folder, 'node_modules')))
  if (!present.has('vitest')) symlinkSync(join(repository, 'node_modules/vitest'), join(folder, 'node_modules/vitest'))
  return folder
}
