import type { Verdict } from '../classify.ts'

/** A piece of a file and what a mutant puts in its place. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
  /** `before`: put in front of the statement at `start`; `start` equals `end`. */
  readonly as: 'expression' | 'statement' | 'before'
  /** The expression is the beginning of a statement. */
  readonly opensStatement?: boolean
}

/** One bug put into the code, in the words that follow "nothing would notice if FILE:LINE ...". */
export interface Change {
  readonly edits: readonly Edit[]
  readonly line: number
  readonly change: string
  /** Why nobody could tell it from the original; null: as far as is known somebody could. */
  readonly equivalent: string | null
}

/**
 * Which tests are asked about a mutant. `one`: until one was red, and those that a missing route leaves green;
 * `until-red`: those that no mutant turned red yet, and others until one was red; `each`: each.
 */
export type Asking = 'one' | 'until-red' | 'each'

export interface Mutant extends Change {
  readonly id: number
  readonly operator: string
  /** Relative to the root. */
  readonly file: string
  /** What makes it no program; null: it compiles. */
  readonly invalid: string | null
}

/**
 * `killed`: a test was validly red; `broken`: tests failed, but none of them validly, so it is nobody's kill and no
 * survivor; `timeout`: it did not come to an end; `invalid`: no program, or none that loads.
 */
export type MutantStatus = 'killed' | 'survived' | 'timeout' | 'no-coverage' | 'broken' | 'invalid' | 'equivalent'

/** What the worker is told; plain JSON in a file. */
export interface ProofPlan {
  readonly root: string
  /** Test files, absolute. */
  readonly tests: readonly string[]
  /** By absolute file: its text with every mutant compiled in, behind a switch. */
  readonly schemata: Readonly<Record<string, string>>
  /** Those to try, in order; another worker may have claimed one of them. */
  readonly mutants: readonly number[]
  /** The others are as if they were not there; null: all count. */
  readonly only: readonly TestName[] | null
  readonly asking: Asking
  /** Where a worker claims a mutant, or a part of the baseline, by a file with its name. */
  readonly claims: string
  /** What is known of the tests: the file that all parts of it are named by. */
  readonly baseline: string
  /** The folder of what was said of mutants that were postponed. */
  readonly postponed: string
  /** The folder where each worker tells its events, one JSON per line, in a file named by its process. */
  readonly events: string
  /** Processes side by side, in one Vitest. */
  readonly workers: number
}

/** A test as the whole of prove names it. */
export interface TestName {
  /** Relative to the root. */
  readonly file: string
  /** With the names of its suites: `POST /orders > answers 201`. */
  readonly name: string
}

export function keyOf({ file, name }: TestName): string {
  return `${file}\n${name}`
}

export interface TestBaseline extends TestName {
  readonly verdict: Verdict
  readonly durationMs: number
  /** Mutants whose code it ran, or that ran when its file was loaded. */
  readonly reached: readonly number[]
}

/** The tests as they are. */
export interface MeasuredTests {
  readonly tests: readonly TestBaseline[]
  /** How often each mutant was asked for. */
  readonly hits: Readonly<Record<number, number>>
}

export interface Baseline extends MeasuredTests {
  readonly ablated: Readonly<Record<Ablation, readonly TestSaid[]>>
}

export type Ablation = '501' | '200'

/** The tests as they are, and without the route. */
export type BaselinePart = 'tests' | Ablation

/** What one test said in one run of the app changed. */
export interface TestSaid extends TestName {
  readonly verdict: Verdict
  /** Whether the route was dispatched at all. */
  readonly isRouteHit: boolean
}

/** What the worker tells, in order. */
export type ProofEvent =
  /** So many tests have run without mutants. */
  | { readonly kind: 'measured'; readonly tests: number }
  /** What this worker had to find out of the tests without mutants is known. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'begun'; readonly mutant: number }
  /** Whoever has time for the tests that are left goes on with it. */
  | { readonly kind: 'postponed'; readonly mutant: number }
  | {
      readonly kind: 'tried'
      readonly mutant: number
      readonly said: readonly TestSaid[]
      /** What went wrong outside of the tests of a file. */
      readonly fileError: string | null
      /** Every file had its tests all the same. */
      readonly isLoaded: boolean
      /** It went round more often than any run of the original. */
      readonly isEndless: boolean
      readonly durationMs: number
      /** Bytes that the process holds after it. */
      readonly memory: number
    }
  | { readonly kind: 'failed'; readonly message: string }
  /** Nothing is left to do. */
  | { readonly kind: 'done' }
