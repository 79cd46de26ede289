import type { Call } from '../../interpret/call.ts'
import { express } from '../../interpret/express-value.ts'
import type { Machine } from '../../interpret/machine.ts'
import { knownString, type PackageValue, type Value } from '../../interpret/values.ts'
import { memberNames } from '../packages.ts'
import { strategyName } from './strategy-names.ts'

/** What the code that was reached has told passport. */
export interface PassportLog {
  readonly strategies: Map<string, Value>
  /** Whether something was registered under a name that is not known. */
  hasUnnamed: boolean
  serializer: Value | null
  deserializer: Value | null
  /** Whether the route at hand wants to know whom a session belongs to. */
  whoIsAsked: boolean
}

export function createPassportLog(): PassportLog {
  return { strategies: new Map(), hasUnnamed: false, serializer: null, deserializer: null, whoIsAsked: false }
}

/** `passport.use(...)`, `serializeUser(...)` and `deserializeUser(...)`; null for any other call. */
export function callPassport(machine: Machine, callee: PackageValue, call: Call): Value | null {
  if (callee.module !== 'passport') return null
  const [first] = call.args
  switch (memberNames(callee).at(-1)) {
    case 'use':
      register(machine, call)
      break
    case 'serializeUser':
      if (first?.kind === 'function') replace(machine, 'serializer', first)
      break
    case 'deserializeUser':
      if (first?.kind === 'function') replace(machine, 'deserializer', first)
      break
    default:
      return null
  }
  return { ...callee, steps: callee.steps.slice(0, -1) }
}

function register({ passport, run }: Machine, { args }: Call): void {
  const [first, second] = args
  const strategy = second ?? first
  const name = second ? nameKey(first) : strategyName(strategy)
  if (!strategy || name === null) {
    const before = passport.hasUnnamed
    run?.journal.push(() => {
      passport.hasUnnamed = before
    })
    passport.hasUnnamed = true
    return
  }
  const before = passport.strategies.get(name)
  run?.journal.push(() => {
    if (before) passport.strategies.set(name, before)
    else passport.strategies.delete(name)
  })
  passport.strategies.set(name, strategy)
}

function replace({ passport, run }: Machine, part: 'serializer' | 'deserializer', value: Value): void {
  const before = passport[part]
  run?.journal.push(() => {
    passport[part] = before
  })
  passport[part] = value
}

/** What a name is kept by, which only a run may know: `replitauth:${req.hostname}`. */
export function nameKey(name: Value | undefined): string | null {
  if (name?.kind === 'symbol') return JSON.stringify(express(name))
  return knownString(name)
}
