import type { Server, ServerResponse } from 'node:http'
import type { Server as NetServer, Socket } from 'node:net'
import type { FileDatabase } from './database/file-database.ts'
import type { FaultBoard } from './faults/board.ts'

/** An outbound call as the provider would have seen it. */
export interface RecordedCall {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Parsed when it is JSON, else the text; undefined when there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: as in supertest, a test reads fields of a body without a cast.
  readonly body: any
}

export type StubAnswer =
  | { readonly kind: 'reply'; readonly status: number; readonly body: string; readonly type: string | null }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }

export interface StubRule {
  readonly origin: string
  readonly method: string
  readonly path: string
  readonly answer: StubAnswer
}

/** Everything that setup and the API imported by tests share, one per worker. */
export interface HarnessState {
  readonly root: string
  readonly board: FaultBoard
  database: FileDatabase | null
  stubServer: Server | null
  /** Servers that this process listens on; only they and the database can be reached. */
  readonly ownServers: Set<NetServer>
  /** The origin that each redirected connection was meant for, by its local port. */
  readonly redirected: Map<number, string>
  readonly stubOrigins: Set<string>
  readonly hanging: Set<Socket>
  /** Between two tests: calls are rejected and belong to nobody. */
  settling: boolean
  rules: StubRule[]
  calls: { readonly origin: string; readonly call: RecordedCall }[]
  /** Errors that nobody caught after a fault of the test had broken a connection. */
  appCrashes: string[]
  /** One of them left a connection of the app's pool useless, for all tests of this file to come. */
  isDriverBroken: boolean
  /** It was so when the test began. */
  isAfterCrash: boolean
  unstubbed: string[]
  blocked: Set<string>
  requests: number
  routeHits: number
  readonly open: Map<ServerResponse, string>
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

export function createState(root: string, board: FaultBoard): HarnessState {
  const state: HarnessState = {
    root,
    board,
    database: null,
    stubServer: null,
    ownServers: new Set(),
    redirected: new Map(),
    stubOrigins: new Set(),
    hanging: new Set(),
    settling: false,
    rules: [],
    calls: [],
    appCrashes: [],
    isDriverBroken: false,
    isAfterCrash: false,
    unstubbed: [],
    blocked: new Set(),
    requests: 0,
    routeHits: 0,
    open: new Map(),
  }
  Reflect.set(globalThis, KEY, state)
  return state
}
