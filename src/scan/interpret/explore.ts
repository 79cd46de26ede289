import type { ts } from '../syntax/syntax.ts'
import type { Assumption, Scenario, Unresolved, VisitedSource } from '../types.ts'
import { createKeys } from './expression-keys.ts'
import type { InputRead } from './input-reads.ts'
import { type HarmlessUse, type Machine, noteUnresolved, type Run } from './machine.ts'
import { createPendingLog, timeEvents } from './pending.ts'
import { describeStop } from './stops.ts'
import { createWays } from './ways.ts'

/** More ways than this through one route are not looked at; the result says that it was cut. */
const SCENARIO_LIMIT = 400
/** And no more steps than this are spent on all of them together: about a second. */
const TOTAL_STEP_LIMIT = 600_000

export interface Exploration {
  readonly scenarios: readonly Scenario[]
  readonly sources: readonly VisitedSource[]
  readonly unresolved: readonly Unresolved[]
  readonly harmless: readonly HarmlessUse[]
  readonly assumed: readonly Assumption[]
  readonly reads: readonly InputRead[]
  /** Ways that were left when the limit was reached. */
  readonly cut: number
  /** Of these, the ones that differ from a way that was looked at in a decision that changed nothing there. */
  readonly repeated: number
}

export interface ExploreOptions {
  readonly certain: Run['certain']
  /** Where to say that analysis itself failed. */
  readonly anchor: ts.Node
  /** Asked before each way; true ends the search. */
  readonly isEnough?: () => boolean
}

/**
 * Runs a piece of code once for every combination of answers to the conditions that only a request decides: first the
 * preferred answers, then each with one answer turned, and so on. Every run is a straight line, so what happened in it,
 * and under which conditions, needs no merging.
 */
export function exploreScenarios(
  machine: Machine,
  { certain, anchor, isEnough = () => false }: ExploreOptions,
  execute: (run: Run) => Scenario['end'],
): Exploration {
  const ways = createWays()
  const sources = new Map<string, VisitedSource>()
  const unresolved = new Map<string, Unresolved>()
  const harmless = new Map<string, HarmlessUse>()
  const assumed = new Map<string, Assumption>()
  const reads = new Map<string, InputRead>()
  let spent = 0
  for (let count = 0; count < SCENARIO_LIMIT && spent < TOTAL_STEP_LIMIT && !isEnough(); count += 1) {
    const way = ways.next(SCENARIO_LIMIT - count)
    if (!way) break
    const { run, answers } = startRun(way.answers, certain)
    const end = runOnce(machine, run, () => settleRun(machine, anchor, () => execute(run)))
    spent += run.steps
    ways.add(way, answers, { decisions: run.decisions, events: timeEvents(run), handlers: run.handlers, end })
    for (const [key, use] of run.harmless) harmless.set(key, use)
    for (const [key, assumption] of run.assumed) assumed.set(key, assumption)
    for (const [key, read] of run.reads) reads.set(key, reads.get(key) ?? read)
    for (const [key, source] of run.sources) sources.set(key, source)
    for (const [key, record] of run.unresolved) unresolved.set(key, record)
  }
  const { fresh, repeated } = ways.left()
  return {
    scenarios: ways.seen(),
    sources: [...sources.values()],
    unresolved: [...unresolved.values()],
    harmless: [...harmless.values()],
    assumed: [...assumed.values()],
    reads: [...reads.values()],
    cut: fresh + repeated,
    repeated,
  }
}

function startRun(prefix: readonly boolean[], certain: Run['certain']): { run: Run; answers: boolean[] } {
  const answers: boolean[] = []
  const run: Run = {
    events: [],
    decisions: [],
    choose: (preferred) => {
      const answer = prefix[answers.length] ?? preferred
      answers.push(answer)
      return answer
    },
    certain,
    known: new Map(),
    keyOf: createKeys(),
    equals: new Map(),
    oneOf: new Map(),
    missing: new Set(),
    written: new Map(),
    later: [],
    finish: [],
    isOver: false,
    unresolved: new Map(),
    journal: [],
    sources: new Map(),
    pending: createPendingLog(),
    handlers: [],
    caught: new Set(),
    harmless: new Map(),
    assumed: new Map(),
    reads: new Map(),
    nextEvent: 0,
    nextTransaction: 0,
    fault: null,
    lastTimerMs: null,
    steps: 0,
  }
  return { run, answers }
}

/** What analysis can't go through ends this way through the route, and no other. */
function settleRun(machine: Machine, anchor: ts.Node, execute: () => Scenario['end']): Scenario['end'] {
  try {
    return execute()
  } catch (error) {
    // What ended this way, be it a limit or, as RangeError, our own stack on code that recurses without end, is said.
    noteUnresolved(machine, describeStop(error), anchor)
    return 'cut'
  }
}

function runOnce(machine: Machine, run: Run, execute: () => Scenario['end']): Scenario['end'] {
  const { steps } = machine
  machine.run = run
  machine.steps = 0
  try {
    return execute()
  } finally {
    run.steps = machine.steps
    for (const undo of run.journal.reverse()) undo()
    machine.run = null
    machine.steps = steps
    machine.callStack.length = 0
    machine.looseLoops.length = 0
  }
}
