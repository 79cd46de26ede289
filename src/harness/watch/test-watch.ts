import type { AssertionFacts, ErrorFacts, RequestFacts, UncaughtFacts } from '../../run/types.ts'

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/** What one test asked the app and asserted; between tests: what the hooks of suites did. */
export interface TestWatch {
  /** Its title, by which errors that come late name it. */
  readonly test: string
  readonly requests: RequestEntry[]
  /** By place in the code, in the order of their first time. */
  readonly assertions: Map<string, Writable<AssertionFacts>>
  /** How many assertions ran, whoever made them. */
  noted: number
  readonly uncaught: UncaughtFacts[]
  /** Where the app ended the process. */
  readonly exits: ErrorFacts[]
  /** Timers stood still, for the app as well. */
  hasFrozenTimers: boolean
}

export interface RequestEntry extends Writable<Omit<RequestFacts, 'isApp'>> {
  /** The file that made the Express app which got it; null: none did. */
  madeBy: string | null
}

export function createWatch(test: string): TestWatch {
  return {
    test,
    requests: [],
    assertions: new Map(),
    noted: 0,
    uncaught: [],
    exits: [],
    hasFrozenTimers: false,
  }
}

/** Files that made an Express app, and the one whose tests run. */
export interface Makers {
  readonly all: ReadonlySet<string>
  readonly testFile: string
}

export function listRequests({ requests }: TestWatch, makers: Makers): RequestFacts[] {
  return requests.map((entry) => {
    const { madeBy: _, ...request } = entry
    return { ...request, isApp: isOfApp(entry, makers) }
  })
}

/** An app that the test file makes beside that of the project stands for somebody else, and so does a bare server. */
export function isOfApp({ madeBy }: RequestEntry, { all, testFile }: Makers): boolean {
  if (madeBy === null) return all.size === 0
  return madeBy !== testFile || [...all].every((file) => file === testFile)
}
