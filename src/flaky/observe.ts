import { UserError } from '../errors.ts'
import type { World } from '../pipeline.ts'
import { shuffled } from '../run/shuffle.ts'
import type { Lab, Setting } from './lab.ts'
import type { Observation } from './suspects.ts'
import type { Condition } from './types.ts'

export interface Observed {
  /** What gives the same orders again. */
  readonly seed: number
  readonly observations: readonly Observation[]
  /** Whether files could be made to share what they share outside of itest. */
  readonly hasShared: boolean
  /** Runs that gave no result. */
  readonly lost: readonly string[]
  readonly vitest: string
}

/** The runs that were asked for, each under one condition. Ends early, with what there is, when the user interrupts it. */
export async function observe(
  lab: Lab,
  { runs, seed: first }: { runs: number; seed: number },
  { progress, signal }: World,
): Promise<Observed> {
  const observations: Observation[] = []
  const lost: string[] = []
  const nextSeed = createSeeds(first)
  let vitest = ''
  let hasShared = false
  for (let run = 0; run < runs && !signal.aborted; run += 1) {
    const setting = chooseSetting(lab.files, { condition: chooseCondition(run, hasShared), seed: nextSeed() })
    progress(`running the tests: ${run + 1} of ${runs}`)
    const ran = await lab.run(setting).catch(unlessAborted(signal))
    if (!ran) break
    const { facts, outcomes } = ran
    if (facts.vitest !== 'unknown') vitest = facts.vitest
    if (outcomes.length > 0) hasShared = facts.mayShare && lab.files.length > 1
    else if (facts.reason === null) lost.push(describeLost(facts.unhandled[0]?.error.message))
    observations.push({ condition: setting.condition, seed: setting.seed ?? null, outcomes })
    if (lost.length > 2 && lost.length === observations.length) throw nothingComes(lost)
  }
  return { seed: first, observations, hasShared, lost, vitest }
}

function chooseSetting(files: readonly string[], { condition, seed }: { condition: Condition; seed: number }): Setting {
  // Who runs at the same time as whom depends on who begins.
  if (condition === 'shared') return { condition, files: shuffled(files, seed) }
  return condition === 'shuffled' ? { condition, files: shuffled(files, seed), seed } : { condition, files }
}

function unlessAborted(signal: AbortSignal): (error: unknown) => null {
  return (error) => {
    if (signal.aborted) return null
    throw error
  }
}

/** After so many it would be so a hundred times. */
function nothingComes([first]: readonly string[]): UserError {
  return new UserError(`expected results of the tests, found none: ${first}`, {
    hint: 'Run them with `npx vitest run` first: this command looks for tests that fail now and then.',
  })
}

/** Numbers that are easy to copy, the same ones for the same first one (Lehmer's generator). */
function createSeeds(first: number): () => number {
  let state = first
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state % 100_000
  }
}

function describeLost(message = 'the run ended without a result'): string {
  return message.split('\n')[0] ?? message
}

/** The first run is as the tests stand. Even few runs bring every condition. */
function chooseCondition(run: number, hasShared: boolean): Condition {
  const cycle = ['written', 'shuffled', 'loaded', hasShared ? 'shared' : 'shuffled'] as const
  return cycle[run % cycle.length] ?? 'written'
}
