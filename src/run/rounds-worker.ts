import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Reporter, TestProject, TestSpecification, TestUserConfig, Vitest } from 'vitest/node'
import { createPlugin } from '../harness/vitest.ts'
import { chooseProjects, EXCLUDED, listFiles, ORDERLY } from './choose-projects.ts'
import { describeError } from './error-facts.ts'
import { findVitest } from './find-vitest.ts'
import type { Job } from './job.ts'
import { createReporter, writeFacts } from './reporter.ts'
import { Round, type RoundEnd, RoundsJob } from './round.ts'
import type { StalledFacts } from './types.ts'
import { watchWorkers } from './watch-workers.ts'

// The parent holds the other end. When it is gone, nothing of this process may stay.
process.on('disconnect', () => process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL'))

await work(RoundsJob.parse(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))))

async function work(job: RoundsJob): Promise<void> {
  const { version, node } = findVitest(job.root)
  try {
    await open(job, { version, node })
  } catch (error) {
    writeFacts(job.factsFile, {
      reason: null,
      vitest: version,
      setupFiles: [],
      tests: [],
      fileErrors: [],
      stalled: [],
      unhandled: [
        { test: null, file: null, error: { ...describeError(error, job.root), code: 'ITEST_VITEST_FAILED' } },
      ],
      mistake: readMistake(error),
    })
    process.exit(1)
  }
}

/** By name, not by class: Vitest loads the global setup into a module graph of its own. */
function readMistake(error: unknown): { message: string; hint: string } | null {
  if (!(error instanceof Error && error.name === 'UserError' && 'hint' in error)) return null
  return { message: error.message, hint: String(error.hint) }
}

/** What changes from round to round. */
interface Turn {
  files: readonly string[]
  /** Ids of tests, as they begin. */
  begun: string[]
  ran: number[]
}

interface Running {
  readonly vitest: Vitest
  readonly specifications: readonly TestSpecification[]
  readonly turn: Turn
  readonly stalled: StalledFacts[]
  readonly job: RoundsJob
}

async function open(job: RoundsJob, { version, node }: { version: string; node: string }): Promise<void> {
  const { createVitest }: typeof import('vitest/node') = await import(node)
  process.env.TEST = 'true'
  process.env.VITEST = 'true'
  const turn: Turn = { files: [], begun: [], ran: [] }
  const stalled: StalledFacts[] = []
  const reporter = createReporter({ ...job, version, stalled, onProgress: () => {} })
  const guest: Job = { ...job, isGuest: true, without: [], seed: null, proof: null }
  const vitest = await createVitest(
    'test',
    { ...optionsOf(guest, turn), reporters: [reporter, watchOrder(turn)] },
    { cacheDir: job.cacheFolder, plugins: [createPlugin(guest), chooseProjects(guest)] },
  )
  keepSnapshots(vitest)
  const stopWatching = watchWorkers(job.journalFolder, job.root, (one) => {
    stalled.push(one)
    if (!version.startsWith('3.')) return
    // Its pool waits for that worker for ever.
    reporter.flush()
    process.exit(1)
  })
  listen({ vitest, specifications: await begin(vitest), turn, stalled, job }, stopWatching)
}

function optionsOf(job: Job, turn: Turn): TestUserConfig {
  return {
    root: job.root,
    dir: job.root,
    ...(hasConfig(job.root) ? {} : { config: false }),
    include: listFiles(job),
    exclude: EXCLUDED,
    watch: false,
    bail: 0,
    passWithNoTests: false,
    ...ORDERLY,
    sequence: { shuffle: { files: false, tests: false }, sequencer: sequencerOf(turn) },
    coverage: { enabled: false },
    typecheck: { enabled: false },
    update: false,
    api: false,
  }
}

/** One thing after another, in the order in which the parent asks for it. */
function listen(running: Running, stopWatching: () => void): void {
  let queue = Promise.resolve()
  const fail = (error: unknown): void => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    process.exit(1)
  }
  process.on('message', (message) => {
    const next =
      message === 'end' ? () => close(running.vitest, stopWatching) : () => run(running, Round.parse(message))
    queue = queue.then(next).catch(fail)
  })
}

async function run({ vitest, specifications, turn, stalled, job }: Running, round: Round): Promise<void> {
  const { files, seed, orders, shared } = round
  Object.assign(turn, { files: files.map((file) => resolve(job.root, file)), begun: [], ran: [] })
  stalled.length = 0
  // What an earlier round left would stand for what this one has not reached.
  vitest.state.filesMap.clear()
  vitest.getRootProject().provide('itestRound', { seed, orders, shared })
  await vitest.runTestSpecifications(specifications.filter(({ moduleId }) => turn.files.includes(moduleId)))
  for (const name of readdirSync(job.journalFolder)) rmSync(join(job.journalFolder, name), { force: true })
  const end: RoundEnd = { ran: turn.ran, mayShare: vitest.projects.every(isGuest) }
  process.send?.(end)
}

/** Starts what is started once, and runs nothing. */
async function begin(vitest: Vitest): Promise<TestSpecification[]> {
  // Vitest 3 has it by another name.
  if ('standalone' in vitest) await vitest.standalone()
  else await Reflect.apply(Reflect.get(vitest, 'init'), vitest, [])
  return vitest.globTestSpecifications()
}

async function close(vitest: Vitest, stopWatching: () => void): Promise<void> {
  stopWatching()
  await vitest.close()
  process.exit()
}

/** Who has itest() in the config has asked for tests that share nothing. */
function isGuest({ config }: TestProject): boolean {
  return config.provide?.itestIsGuest === true
}

/** Files begin in the order of the round. */
function sequencerOf(turn: Turn) {
  return class {
    shard(files: TestSpecification[]): TestSpecification[] {
      return files
    }
    sort(files: TestSpecification[]): TestSpecification[] {
      return files.toSorted((one, other) => turn.files.indexOf(one.moduleId) - turn.files.indexOf(other.moduleId))
    }
  }
}

function watchOrder(turn: Turn): Reporter {
  return {
    onTestCaseReady: (test) => {
      turn.begun.push(test.id)
    },
    onTestRunEnd: (modules) => {
      const ids = modules.flatMap((module) => [...module.children.allTests()].map(({ id }) => id))
      turn.ran = turn.begun.map((id) => ids.indexOf(id)).filter((place) => place >= 0)
    },
  }
}

/** A snapshot that is not there yet would be written, into the user's files, and pass. */
function keepSnapshots({ config, projects }: Vitest): void {
  for (const one of [config, ...projects.map((project) => project.config)]) one.snapshotOptions.updateSnapshot = 'none'
}

function hasConfig(root: string): boolean {
  const names = ['vitest.config', 'vite.config']
  const extensions = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs']
  return names.some((name) => extensions.some((extension) => existsSync(join(root, `${name}.${extension}`))))
}
