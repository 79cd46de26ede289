import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Reporter, TestProject, TestSpecification, Vitest } from 'vitest/node'
import { findVitest } from './find-vitest.ts'
import { JobBase, type Progress } from './job.ts'
import { begin, openVitest, writeFailure } from './open-vitest.ts'
import { createReporter } from './reporter.ts'
import { Round, type RoundEnd } from './round.ts'
import type { StalledFacts } from './types.ts'
import { endStalled } from './watch-workers.ts'

// The parent holds the other end. When it is gone, nothing of this process may stay.
process.on('disconnect', () => process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL'))

await work(JobBase.parse(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))))

async function work(job: JobBase): Promise<void> {
  const { version, node } = findVitest(job.root)
  try {
    await open(job, { version, node })
  } catch (error) {
    writeFailure(job, version, error)
    process.exit(1)
  }
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
  readonly job: JobBase
}

async function open(job: JobBase, { version, node }: { version: string; node: string }): Promise<void> {
  const turn: Turn = { files: [], begun: [], ran: [] }
  const stalled: StalledFacts[] = []
  const reporter = createReporter({ ...job, version, stalled, onProgress: send })
  const vitest = await openVitest(job, node, {
    options: {
      reporters: [reporter, watchOrder(turn)],
      sequence: { shuffle: { files: false, tests: false }, sequencer: sequencerOf(turn) },
    },
  })
  const stopWatching = endStalled(job, { version, stalled, flush: reporter.flush })
  listen({ vitest, specifications: await begin(vitest), turn, stalled, job }, stopWatching)
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
  const { files, order, orders, shared } = round
  Object.assign(turn, { files: files.map((file) => resolve(job.root, file)), begun: [], ran: [] })
  stalled.length = 0
  // What an earlier round left would stand for what this one has not reached.
  vitest.state.filesMap.clear()
  vitest.getRootProject().provide('itestRound', { order, orders, shared })
  await vitest.runTestSpecifications(specifications.filter(({ moduleId }) => turn.files.includes(moduleId)))
  for (const name of readdirSync(job.journalFolder)) rmSync(join(job.journalFolder, name), { force: true })
  send({ kind: 'end', ran: turn.ran, mayShare: vitest.projects.every(isGuest) })
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

function send(message: Progress | RoundEnd): void {
  if (process.connected) process.send?.(message)
}
