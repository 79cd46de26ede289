import type { Fault, Faults } from './harness/faults/faults.ts'
import type { QueryLog } from './harness/faults/query-log.ts'
import type { Auth } from './harness/http/auth.ts'
import type { MailBox } from './harness/http/mail.ts'
import type { Stub, StubResponse } from './harness/http/stub.ts'
import type * as Harness from './harness/index.ts'
import type { Clock } from './harness/time/clock.ts'

/** What a value says of the run. `response` is a response as a whole, before a part of it is named. */
export type Observation = 'response' | 'status' | 'body' | 'rows' | 'calls' | 'mail' | 'queries'

/** What a generated test may do with an expression that has begun with a name of the harness. */
export interface Use {
  /**
   * What it is when it ends here. `data`: plain data, and what follows is no business of ours; `promise`: it is awaited;
   * `kept`: it may also stand in a constant, which is then used in the same way; null: it does not end here.
   */
  readonly ends: 'data' | 'promise' | 'kept' | null
  readonly members?: Readonly<Record<string, Use>>
  readonly call?: Call
  readonly shows?: Observation
  /** What a promise gives, if not data. */
  readonly awaited?: Use
  /** For messages, where a use begins. */
  readonly example?: string
}

interface Call {
  readonly gives: Use
  /** The argument of this number, from 0, is a text that can be read in the test. */
  readonly textAt?: number
  /** The first argument is a path of the app, and begins with a slash that can be read in the test. */
  readonly takesPath?: boolean
  /** The first argument is the app; `only`: there is no other. */
  readonly takesApp?: 'only' | 'first'
  /** Functions that it is given are awaited. */
  readonly awaits?: boolean
  /** What a function that it is given gets first, if not data. */
  readonly passes?: Use
}

/** One use for each member of a type: TypeScript refuses one that is missing, and one that is too many. */
type UsesOf<Type> = { readonly [Name in keyof Type]: Use }

type ElementOf<Key extends keyof Harness.TestDatabase> = ReturnType<Harness.TestDatabase[Key]>

const DATA: Use = { ends: 'data' }
const DONE: Use = { ends: 'promise' }

const returns = (gives: Use, more: Omit<Call, 'gives'> = {}): Use => ({ ends: null, call: { gives, ...more } })
const shows = (observation: Observation): Use => ({ ends: 'data', shows: observation })

function object<Type>(members: UsesOf<Type>, example?: string): Use {
  return { ends: null, members, ...(example === undefined ? {} : { example }) }
}

const FAULT = object<Fault>({
  fail: returns(DONE),
  violateUnique: returns(DONE),
  violateForeignKey: returns(DONE),
  deadlock: returns(DONE),
  failSerialization: returns(DONE),
  timeOut: returns(DONE),
  cutBefore: returns(DONE),
  cutAfter: returns(DONE),
  delay: returns(DONE),
})

const ANSWER: Use = {
  ends: 'kept',
  get members(): UsesOf<StubResponse> {
    return ANSWERS
  },
}

const ANSWERS: UsesOf<StubResponse> = {
  reply: returns(ANSWER, { awaits: true }),
  stream: returns(ANSWER),
  cutBody: returns(ANSWER),
  resetConnection: returns(ANSWER),
  hang: returns(ANSWER),
}

const STUB_MEMBERS: UsesOf<Stub> = { on: returns({ ends: null, members: ANSWERS }), calls: shows('calls') }

/** A stubbed host, which the file or the test names. */
export const STUB: Use = {
  ends: 'kept',
  members: STUB_MEMBERS,
  example: "host.on('POST', '/path').reply(201, { ... }) or another answer, or host.calls",
}

const ROWS: Use = {
  ends: 'promise',
  shows: 'rows',
  get members(): Omit<UsesOf<ReturnType<ElementOf<'select'>['from']>>, 'then'> {
    return { where: returns(ROWS), orderBy: returns(ROWS), limit: returns(ROWS) }
  },
}

const WRITTEN = { ends: 'promise', members: { returning: returns(DONE) } } as const satisfies Use

const FILTERED: Use = { ends: 'promise', members: { ...WRITTEN.members, where: returns(WRITTEN) } }

const REQUEST: Use = {
  ends: 'promise',
  shows: 'response',
  example: 'only accept, auth, field, query, redirects, send, set, timeout, type on a request',
  get members() {
    const steps = ['accept', 'auth', 'field', 'query', 'redirects', 'send', 'set', 'timeout', 'type']
    return Object.fromEntries(steps.map((step) => [step, returns(REQUEST)]))
  },
}

export const REQUEST_METHODS: readonly string[] = ['delete', 'get', 'head', 'options', 'patch', 'post', 'put']

const METHODS = Object.fromEntries(REQUEST_METHODS.map((method) => [method, returns(REQUEST, { takesPath: true })]))

const AGENT: Use = { ends: 'kept', members: METHODS, example: "agent.post('/path') or another method" }

/** supertest's, of which a test uses no more than this. */
const REQUESTS: Use = {
  ends: null,
  call: { gives: { ends: null, members: METHODS }, takesApp: 'only' },
  members: { agent: returns(AGENT, { takesApp: 'only' }) },
  example: "request(app).post('/path') or another method",
}

type HarnessName = { readonly use: Use } | { readonly refused: string }

/**
 * The one list of what a generated test may use of the harness: the checks allow nothing else, and a test demands that
 * the prompt tells of it. An export or a member that is not here does not compile.
 */
export const HARNESS_API = {
  auth: {
    use: object<Auth>(
      {
        bearer: returns(DATA),
        tokenCookie: returns(DATA),
        apiKey: returns(DATA),
        cookieSession: returns({ ends: 'promise', awaited: AGENT }, { awaits: true, passes: AGENT }),
        cookies: returns(DATA),
        csrf: returns(DATA),
      },
      'auth.bearer({ secret, claims }), .tokenCookie(name, { secret, claims }), .apiKey(header, value), .cookieSession(agent, signIn), .cookies(answer) or .csrf(answer)',
    ),
  },
  bootApp: { refused: 'the file has the app already' },
  clock: { use: object<Clock>({ set: returns(DATA) }, "clock.set('2026-01-31T23:59:59Z')") },
  db: {
    use: object<Harness.TestDatabase>(
      {
        select: returns(object<ElementOf<'select'>>({ from: returns(ROWS) })),
        insert: returns(object<ElementOf<'insert'>>({ values: returns(WRITTEN) })),
        update: returns(object<ElementOf<'update'>>({ set: returns(FILTERED) })),
        delete: returns(FILTERED),
        $count: returns({ ends: 'promise', shows: 'rows' }),
      },
      'a query of db with select, insert, update, delete or $count',
    ),
  },
  factory: { use: object<Harness.Factory>({ create: returns(DONE) }, 'factory.create(table, { ... })') },
  faults: {
    use: object<Faults>(
      {
        on: returns(FAULT, { textAt: 1 }),
        onCommit: returns(FAULT),
        connections: object<Faults['connections']>({ refuse: returns(DONE), hang: returns(DONE) }),
        clear: returns(DATA),
      },
      "faults.on(table, 'insert').fail() or another fault, faults.onCommit(), faults.connections or faults.clear()",
    ),
  },
  listCalls: { use: { ...returns(shows('calls')), example: 'listCalls()' } },
  mail: {
    use: object<MailBox>(
      {
        sent: shows('mail'),
        reject: returns(DATA),
        refuseConnection: returns(DATA),
        resetConnection: returns(DATA),
        hang: returns(DATA),
      },
      'mail.sent, or mail.reject(550) or another answer',
    ),
  },
  queries: {
    use: object<QueryLog>(
      {
        all: shows('queries'),
        count: returns(shows('queries')),
        filter: returns(shows('queries')),
        clear: returns(DATA),
      },
      'queries.count(table), .filter(isWanted), .all or .clear()',
    ),
  },
  signIn: {
    use: { ...returns(DONE, { takesApp: 'first' }), example: "signIn(app) or signIn(app, { role: 'admin' })" },
  },
  stub: { use: { ...returns(STUB), example: "stub('https://api.example.com')" } },
  until: {
    use: {
      ...returns(DONE, { awaits: true }),
      example: 'await until(async () => expect(await db.$count(table)).toBe(1))',
    },
  },
} as const satisfies Record<keyof typeof Harness, HarnessName>

/** The names that a generated test may use. */
export const HARNESS_NAMES: readonly string[] = Object.entries(HARNESS_API).flatMap(([name, entry]) =>
  'use' in entry ? [name] : [],
)

/** Names that nothing else may have in a test file. */
export const TAKEN_NAMES: ReadonlySet<string> = new Set([
  ...['app', 'request', 'beforeEach', 'describe', 'expect', 'it', 'vi'],
  ...Object.keys(HARNESS_API),
])

/** What a name means in a generated test; null for any other, and for one that is refused. */
export function findUse(name: string): Use | null {
  if (name === 'request') return REQUESTS
  const entries: Readonly<Record<string, HarnessName>> = HARNESS_API
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined
  return entry && 'use' in entry ? entry.use : null
}
