import type { SkipRule } from '../config/define-config.ts'
import type { Dossier, Scenario } from '../scan/types.ts'
import { chooseEnvironment } from './choose-environment.ts'
import { isGoodReply, isSuccess, type KindRule, type PlanContext } from './context.ts'
import { failureOf, isExternal, isWrite, statusOf } from './expressions.ts'
import { planDbFailsAfterSideEffect } from './kinds/db-fails-after-side-effect.ts'
import { planExternalFails } from './kinds/external-fails.ts'
import { planHappy } from './kinds/happy.ts'
import { planIdempotentRetry } from './kinds/idempotent-retry.ts'
import { planSurvivors } from './kinds/survivor.ts'
import { planValidation } from './kinds/validation.ts'
import { limitPaths } from './limit-paths.ts'
import { skipPaths } from './skip-paths.ts'
import { type Attempt, solveScenario } from './solve-scenario.ts'
import type { Path, PathKind, Plan, PlannedBug } from './types.ts'

const RULES = {
  happy: planHappy,
  validation: planValidation,
  'external-fails': planExternalFails,
  'db-fails-after-side-effect': planDbFailsAfterSideEffect,
  'idempotent-retry': planIdempotentRetry,
  survivor: planSurvivors,
} satisfies Record<PathKind, KindRule>

/** A route with hundreds of ways and fields would take minutes; what is not reached is left open and says so. */
const ATTEMPT_LIMIT = 600

export interface PlanOptions {
  /** Variables that the harness sets by itself. */
  readonly reserved?: readonly string[]
  /** Variables that the user sets for tests. */
  readonly env?: Readonly<Record<string, string>>
  /** What the user wants no test of, on this route. */
  readonly skip?: readonly SkipRule[]
  /** Bugs that no test noticed, what matters most first. */
  readonly bugs?: readonly PlannedBug[]
}

/** The paths of a route that must be tested, each with what is given, what is expected, and who says so. */
export function planRoute(dossier: Dossier, { reserved = [], env = {}, skip = [], bugs = [] }: PlanOptions = {}): Plan {
  const invented = without(chooseEnvironment(dossier, reserved), Object.keys(env))
  const environment = { ...invented, ...without(env, reserved) }
  let attempts = 0
  const solve = (scenario: Scenario, inputs?: Parameters<PlanContext['solve']>[1]): Attempt => {
    attempts += 1
    if (attempts > ATTEMPT_LIMIT)
      return { ok: false, missing: `an answer within the ${ATTEMPT_LIMIT} tries that planning makes` }
    return solveScenario({ dossier, scenario, environment, ...(inputs ? { inputs } : {}) })
  }
  const { scenario, attempt } = findHappy(dossier, solve)
  const context: PlanContext = { dossier, environment, bugs, solve, happy: attempt, happyScenario: scenario }
  const { method, path, file, line } = dossier.route
  const paths = Object.values(RULES).flatMap((rule): readonly Path[] => rule(context))
  return {
    route: { method, path, file, line },
    paths: limitPaths(skipPaths(paths, skip)),
    environment: invented,
    questions: [],
  }
}

function without(values: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)))
}

/** The 2xx way that does the most: the first that can be set up, else the first there is with what it misses. */
function findHappy(
  dossier: Dossier,
  solve: (scenario: Scenario) => Attempt,
): { scenario: Scenario | null; attempt: Attempt } {
  const successes = dossier.scenarios.filter((scenario) => isSuccess(scenario) && failureOf(scenario) === null)
  const answers = successes.filter((scenario) => (statusOf(scenario) ?? 0) < 300)
  // A form that redirects after it has stored something is a success too.
  const candidates = answers.length > 0 ? answers : successes
  const ranked = candidates
    .map((scenario, index) => ({ scenario, index, weight: weigh(scenario) }))
    .sort((a, b) => b.weight - a.weight || a.index - b.index)
  // A way with fewer effects is another story: were it taken for the good request, the effects would go untested unseen.
  const most = Math.max(0, ...candidates.map(countEffects))
  let solved: { scenario: Scenario; attempt: Attempt } | null = null
  let first: { scenario: Scenario; attempt: Attempt } | null = null
  for (const { scenario } of ranked.filter((candidate) => countEffects(candidate.scenario) === most)) {
    const attempt = solve(scenario)
    if (attempt.ok && attempt.solution.stubs.every(isGoodReply)) return { scenario, attempt }
    if (attempt.ok) solved ??= { scenario, attempt }
    first ??= { scenario, attempt }
  }
  return (
    solved ?? first ?? { scenario: null, attempt: { ok: false, missing: 'a way through the route that ends in a 2xx' } }
  )
}

/** Effects count most; then inputs that are present, so that optional fields such as a key are part of the request. */
function weigh(scenario: Scenario): number {
  const present = scenario.decisions.filter(({ condition, taken }) => condition.kind === 'input' && taken).length
  return countEffects(scenario) * 10 + present
}

/** What is tried again at the same place is no further effect. */
function countEffects({ events }: Scenario): number {
  const effects = events.filter((event) => isExternal(event) || isWrite(event))
  return new Set(effects.map(({ at, stack }) => JSON.stringify([at, stack]))).size
}
