import { type BootLog, createBootLog } from '../boot/boot-log.ts'
import type { SessionFact } from '../facts/types.ts'
import { createGateLog, type GateLog } from '../models/guards/gates.ts'
import { createPassportLog, type PassportLog } from '../models/guards/passport-log.ts'
import type { ProjectFiles } from '../project/project.ts'
import type { RoutePattern } from '../routes/route-pattern.ts'
import { brief, locate, type Parser, type SyntaxProblem, siteOf, type ts } from '../syntax/syntax.ts'
import type {
  Assumption,
  Decision,
  Expression,
  HandlerVisit,
  HarmlessCall,
  SourceLocation,
  StartCondition,
  TraceEvent,
  Unresolved,
  VisitedSource,
} from '../types.ts'
import type { KeyOf } from './expression-keys.ts'
import type { InputRead } from './input-reads.ts'
import type { NoBodyLog } from './nothing.ts'
import type { PendingLog } from './pending.ts'
import type { Scope } from './scope.ts'
import { LimitReached } from './stops.ts'
import type { DbValue, FunctionValue, PackageValue, RouterValue, TableValue, Value } from './values.ts'

/** A module of the project after its top level ran. */
export interface Module {
  readonly file: string
  readonly scope: Scope
  readonly exports: Map<string, () => Value | null>
  /** Names of `exports` that come from another file. */
  readonly passedOn: Set<string>
  /** Files of `export * from`. */
  readonly stars: string[]
  readonly errors: readonly SyntaxProblem[]
}

/** A call that is running: the function, and the place that called it. */
export interface CallFrame {
  readonly callee: FunctionValue
  readonly site: ts.Node
  /** How many loops of unknown length were running when it was called. */
  readonly looseLoops: number
  /** A loop of it was left because how often it turns is not known: so is what comes after it. */
  isCutShort?: boolean
}

/** One place of a call without an effect. */
export interface HarmlessUse extends Omit<HarmlessCall, 'at'> {
  readonly at: SourceLocation
}

/** What fails in a run. */
export interface Fault {
  /** The name of the condition under which the call fails; null: it works again. */
  readonly how: string | null
  readonly node: ts.Node
  readonly calls: readonly ts.Node[]
  /** How many errors had been taken over before. */
  readonly handled: number
}

/** One trip through a route while it is traced. */
export interface Run {
  readonly events: TraceEvent[]
  readonly decisions: Decision[]
  /** The recorded answer to the next condition; the preferred one when it comes up for the first time. */
  readonly choose: (preferred: boolean) => boolean
  /** What the route itself settles, e.g. that its parameters are there; null for anything else. */
  readonly certain: (condition: Expression) => boolean | null
  /** Conditions decided so far, and the literals that expressions were found equal to. */
  readonly known: Map<string, boolean>
  /** What the maps here know an expression by. */
  readonly keyOf: KeyOf
  readonly equals: Map<string, string>
  /** The literals of which a symbol is one. */
  readonly oneOf: Map<string, readonly Expression[]>
  /** Expressions that were found to be null or undefined. */
  readonly missing: Set<string>
  /** Fields written to values that only a run knows, e.g. `req.body.email = ...`. */
  readonly written: Map<string, Map<string, Value>>
  /** Work that the code left for later: timers and `setImmediate`; and for when the answer is out. */
  readonly later: (() => void)[]
  readonly finish: (() => void)[]
  /** After the answer only the usual way is followed: no more decisions are made. */
  isOver: boolean
  readonly unresolved: Map<string, Unresolved>
  /** Undoes writes to values that outlive the run. */
  readonly journal: (() => void)[]
  readonly sources: Map<string, VisitedSource>
  readonly pending: PendingLog
  /** Who took over errors, in order. */
  readonly handlers: HandlerVisit[]
  /** Errors that somebody took over. */
  readonly caught: Set<Value>
  /** Calls without an effect, by package, member and place. */
  readonly harmless: Map<string, HarmlessUse>
  readonly assumed: Map<string, Assumption>
  /** What the code reads of the request, wherever that goes, by part and name. */
  readonly reads: Map<string, InputRead>
  nextEvent: number
  nextTransaction: number
  fault: Fault | null
  /** The latest literal `setTimeout` delay: the usual partner of an AbortController. */
  lastTimerMs: number | null
  /** How much work the run was, when it is over. */
  steps: number
}

export interface Machine {
  readonly root: string
  readonly files: ProjectFiles
  readonly parser: Parser
  readonly modules: Map<string, Module>
  readonly unresolved: Map<string, Unresolved>
  readonly tables: Map<string, TableValue>
  /** Files with tables, until one is asked for by its name in SQL; empty unless one route is wanted. */
  readonly waitingTables: string[]
  /** What `relations()` says of a table, by its name. */
  readonly relations: Map<string, (() => ReadonlyMap<string, TableValue>)[]>
  /** Members that the project itself writes on requests: until it has, they are not there. */
  readonly requestMembers: Set<string>
  readonly routers: RouterValue[]
  /** The one route that is asked for: routers mounted where it can't be are not looked at. Null: all are. */
  readonly wanted: RoutePattern | null
  /** Mounts that were passed over for that. */
  passedOver: number
  /** The routers that each registering call registered on, and calls whose path or verb is on record as unknown; by place. */
  readonly registeredAt: Map<string, Set<RouterValue>>
  readonly unknownCalls: Set<string>
  /** Mounts of routers at a path that is not known. */
  readonly unplaced: { readonly router: RouterValue; readonly on: RouterValue; readonly at: SourceLocation }[]
  readonly listeners: {
    readonly app: Value
    readonly at: SourceLocation
    readonly file: string
    /** How much was registered on the app when it listened. */
    readonly registered: number
  }[]
  readonly databases: { readonly value: DbValue; readonly call: PackageValue }[]
  readonly boot: BootLog
  readonly passport: PassportLog
  readonly gates: GateLog
  /** Where requests without a body failed because the code uses it; null while requests have what they need. */
  noBody: NoBodyLog | null
  /** The sessions that requests of the route at hand have, by what is known of them. */
  readonly sessions: Map<string, SessionFact>
  readonly callStack: CallFrame[]
  /** Some `catch` takes what is thrown now. */
  isCaught: boolean
  /** Which exported function made a router, when one did: its factory. */
  readonly makers: Map<RouterValue, FunctionValue>
  /** The calls that were running when it was made. */
  readonly making: WeakMap<RouterValue, readonly CallFrame[]>
  /** Files whose top level is running, innermost last. */
  readonly loading: string[]
  /** Express 4 made to wait for async handlers by a package such as express-async-errors. */
  waitsForAsync: boolean
  /** Code that analysis does not see was given an app, or middleware is somewhere that is not known. */
  isAppHandedOut: boolean
  /** Where loops stand whose number of turns only a run knows, innermost last. */
  readonly looseLoops: Scope[]
  /** How often a condition at import had to be guessed, and how often something was assumed of the surroundings. */
  guesses: number
  assumptions: number
  /** The conditions at import, outermost first, under which the code at hand runs; it may be on the side that is left out. */
  readonly startConditions: StartCondition[]
  /** Statements at import whose condition was decided by an assumption, and how it fell. */
  readonly startChoices: Map<ts.Node, StartCondition>
  nesting: number
  run: Run | null
  steps: number
}

const STEP_LIMIT = 2_000_000
const RUN_STEP_LIMIT = 60_000
/** Locating and comparing what happened costs more than evaluating it. */
export const RECORD_STEPS = 20
export const DEPTH_LIMIT = 60
/** Expressions inside expressions, over all calls; well before our own stack ends, which would not fail cleanly. */
export const NESTING_LIMIT = 800

export function createMachine(input: Pick<Machine, 'root' | 'files' | 'parser' | 'wanted'>): Machine {
  return {
    ...input,
    passedOver: 0,
    modules: new Map(),
    unresolved: new Map(),
    tables: new Map(),
    waitingTables: [],
    relations: new Map(),
    requestMembers: new Set(),
    routers: [],
    registeredAt: new Map(),
    unknownCalls: new Set(),
    unplaced: [],
    listeners: [],
    databases: [],
    boot: createBootLog(),
    passport: createPassportLog(),
    gates: createGateLog(),
    noBody: null,
    sessions: new Map(),
    callStack: [],
    isCaught: false,
    makers: new Map(),
    making: new WeakMap(),
    loading: [],
    waitsForAsync: false,
    isAppHandedOut: false,
    looseLoops: [],
    guesses: 0,
    assumptions: 0,
    startConditions: [],
    startChoices: new Map(),
    nesting: 0,
    run: null,
    steps: 0,
  }
}

export function step(machine: Machine, limit = machine.run ? RUN_STEP_LIMIT : STEP_LIMIT): void {
  machine.steps += 1
  if (machine.steps > limit) throw new LimitReached('step limit')
}

export function noteUnresolved(machine: Machine, what: string, node: ts.Node): void {
  if (!machine.run) machine.unknownCalls.add(siteOf(node))
  noteRecord(machine, { what, text: brief(node), at: locate(machine.root, node) })
}

/** One record for each place and reason. */
export function noteRecord(machine: Machine, record: Unresolved): void {
  const records = machine.run?.unresolved ?? machine.unresolved
  records.set(`${record.what} ${record.at.file}:${record.at.line}`, record)
}

/** An unknown value that says where it came from, and a record that it is unknown. */
export function unknownValue(machine: Machine, what: string, node: ts.Node): Value {
  noteUnresolved(machine, what, node)
  return opaque(machine, node)
}

/** An unknown value that is nobody's failure, e.g. the time. */
export function opaque(machine: Machine, node: ts.Node): Value {
  return { kind: 'symbol', expression: { kind: 'unknown', text: brief(node), at: locate(machine.root, node) } }
}

export function setField(machine: Machine, fields: Map<string, Value>, name: string, value: Value): void {
  const had = fields.has(name)
  const before = fields.get(name)
  machine.run?.journal.push(() => {
    if (had && before) fields.set(name, before)
    else fields.delete(name)
  })
  fields.set(name, value)
}
