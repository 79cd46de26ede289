import type { ServerResponse } from 'node:http'
import type { FileDatabase } from './database/file-database.ts'
import { type Boundary, createBoundary } from './http/boundary.ts'

export interface ArmedFault {
  /** Name of its trigger function and of the sequence that counts its hits. */
  readonly name: string
  /** e.g. `insert into orders`. */
  readonly what: string
}

/** Everything that setup and the API imported by tests share, one per worker. */
export interface HarnessState {
  readonly root: string
  database: FileDatabase | null
  readonly boundary: Boundary
  faults: ArmedFault[]
  /** Rows that the factory has made in this test, by table. */
  made: Map<string, number>
  requests: number
  routeHits: number
  /** Requests that are not answered yet, e.g. `POST /orders`. */
  readonly open: Map<ServerResponse, string>
  /** After this many milliseconds a request without an answer is given up. */
  readonly requestLimitMs: number
  /** Requests of this test that were given up. */
  givenUp: string[]
  /** Rejected promises of this test that nobody caught. */
  dropped: unknown[]
  resetLimits: () => Promise<void>
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

export function createState(root: string, options: { requestLimitMs: number }): HarnessState {
  const state: HarnessState = {
    root,
    database: null,
    boundary: createBoundary(),
    faults: [],
    made: new Map(),
    requests: 0,
    routeHits: 0,
    open: new Map(),
    requestLimitMs: options.requestLimitMs,
    givenUp: [],
    dropped: [],
    resetLimits: async () => {},
  }
  Reflect.set(globalThis, KEY, state)
  return state
}
