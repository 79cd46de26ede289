import type { ServerResponse } from 'node:http'
import type { VitestUtils } from 'vitest'
import type { HarnessFacts } from '../run/types.ts'
import type { ChooseAddress } from './app/client-address.ts'
import type { FileDatabase } from './database/file-database.ts'
import type { Turns } from './database/pglite/turns.ts'
import type { FaultBoard } from './faults/board.ts'
import { type Boundary, createBoundary } from './http/boundary.ts'
import { createWatch, type RequestEntry, type TestWatch } from './watch/test-watch.ts'
import type { AssertionWatch } from './watch/watch-assertions.ts'

/** Everything that setup and the API imported by tests share, one per worker. */
export interface HarnessState {
  readonly root: string
  /** That of the Vitest that runs, of which Node finds another copy from here where this package is linked. */
  readonly vi: VitestUtils
  /** The user's config, absolute; null: there is none. */
  readonly config: string | null
  readonly board: FaultBoard
  database: FileDatabase | null
  readonly boundary: Boundary
  /** Errors that nobody caught after a fault of the test had broken a connection. */
  appCrashes: string[]
  /** One of them left a connection of the app's pool useless, for all tests of this file to come. */
  isDriverBroken: boolean
  /** It was so when the test began. */
  isAfterCrash: boolean
  /** Rows that the factory has made in this test, by table. */
  made: Map<string, number>
  /** No test has begun: what the app does now, it does because it is loaded. */
  isLoading: boolean
  /** `bootApp` waits for the app, and tells what goes wrong meanwhile. */
  isBooting: boolean
  /** What was printed as an error last: before an app gives up, mostly the reason. */
  lastError: string
  /** The running test, or what is between two. */
  watch: TestWatch
  assertionWatch: AssertionWatch
  /** By the request itself. */
  readonly entries: WeakMap<object, RequestEntry>
  /** Files that made an Express app. */
  readonly makers: Set<string>
  /** Of hooks of suites, in this file so far. */
  requestsBefore: number
  /** What happened in the test that ended last; null: none has. */
  ended: { readonly id: string; readonly facts: HarnessFacts } | null
  /** The file whose tests run, relative to the root. */
  testFile: string
  /** A file of tests that imports nothing of itest brings its own rows, and waits as long as it likes. */
  isUsed: boolean
  /** Servers listen on the ports that they ask for. */
  keepsPorts: boolean
  routeHits: number
  /** The route under test answers this status instead of running its handlers. */
  ablate: number | null
  /** Requests that are not answered yet, e.g. `POST /orders`. */
  readonly open: Map<ServerResponse, string>
  /** After this many milliseconds a request without an answer is given up. */
  readonly requestLimitMs: number
  /** Requests of this test that were given up. */
  givenUp: string[]
  /** They were given up early, because nothing was under way any more. */
  isStuck: boolean
  /** Why the database could not serve one of them, where a server would have. */
  lack: string | null
  /** Why one of them would not have been answered in production either, where that is known. */
  stuck: string | null
  /** Those of an app that runs PGlite within itself. */
  turns: Turns | null
  /** Rejected promises of this test that nobody caught. */
  dropped: unknown[]
  resetLimits: () => Promise<void>
  chooseAddress: ChooseAddress
  /** The address that the requests of this test come from; null: the one that they have. */
  client: string | null
}

// Setup and tests may load this module twice (inlined by Vite and natively), so the state lives outside of it.
const KEY = Symbol.for('itest.harness')

export function findState(): HarnessState | null {
  const found: HarnessState | undefined = Reflect.get(globalThis, KEY)
  return found ?? null
}

export function getState(): HarnessState {
  const found = findState()
  if (found) return found
  throw new Error("itest-gen is not set up: add itest() from 'itest-gen/vitest' to the plugins of the Vitest config.")
}

export function requireDatabase(state: HarnessState): FileDatabase {
  if (state.database) return state.database
  throw new Error('The database of this test file is not open yet.')
}

export function createState(
  { root, config }: { root: string; config: string | null },
  options: Pick<HarnessState, 'board' | 'requestLimitMs' | 'vi'>,
): HarnessState {
  const state: HarnessState = {
    root,
    config,
    vi: options.vi,
    board: options.board,
    database: null,
    boundary: createBoundary(),
    appCrashes: [],
    isDriverBroken: false,
    isAfterCrash: false,
    made: new Map(),
    isLoading: true,
    isBooting: false,
    lastError: '',
    watch: createWatch(''),
    assertionWatch: { watchLater: () => {}, listTampered: () => [] },
    entries: new WeakMap(),
    makers: new Set(),
    requestsBefore: 0,
    ended: null,
    testFile: '',
    isUsed: false,
    keepsPorts: false,
    routeHits: 0,
    ablate: null,
    open: new Map(),
    requestLimitMs: options.requestLimitMs,
    givenUp: [],
    isStuck: false,
    lack: null,
    stuck: null,
    turns: null,
    dropped: [],
    resetLimits: async () => {},
    chooseAddress: () => null,
    client: null,
  }
  Reflect.set(globalThis, KEY, state)
  return state
}
