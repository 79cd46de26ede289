import { loadingFile } from '../boot/boot-log.ts'
import { type Ending, howErrorEnds, howFailureEnds } from '../boot/endings.ts'
import { assumedLiteral, NODE_ENV } from '../interpret/assumptions.ts'
import type { Call } from '../interpret/call.ts'
import type { Machine } from '../interpret/machine.ts'
import { object, type PackageValue, symbol, UNDEFINED, type Value } from '../interpret/values.ts'
import { brief, locate } from '../syntax/syntax.ts'
import type { EnvironmentRule } from '../types.ts'
import { describeRule, fieldsOfSchema, shapeOfRule } from './environment-rules.ts'
import { memberNames } from './packages.ts'

/** What `process.env` is: validators of it give the same variables back. */
const ENVIRONMENT: Value = symbol({ kind: 'operation', name: 'process.env', operands: [] })

/** Packages that check environment variables. Keeps their rules, and gives the variables instead of an unknown. */
export function callEnvironment(machine: Machine, callee: PackageValue, call: Call): Value | null {
  if (machine.run) return null
  const member = memberNames(callee).at(-1) ?? ''
  if (/^(?:envalid|envsafe|znv)$/.test(callee.module)) return checkBySpecs(machine, { callee, member, call })
  if (/^@t3-oss\/env-/.test(callee.module)) return member === 'createEnv' ? checkByCreateEnv(machine, call) : null
  if (callee.module === 'env-var') return readEnvVar(machine, callee, call)
  if (/^(?:(?:node:)?assert|tiny-invariant|ts-invariant|invariant)(?:\/strict)?$/.test(callee.module))
    return noteAssertion(machine, call)
  return checkBySchema(machine, { callee, member, call })
}

interface Use {
  readonly callee: PackageValue
  readonly member: string
  readonly call: Call
}

const SPEC_CALLS = /^(?:cleanEnv|customCleanEnv|envsafe|parseEnv)$/

/** `cleanEnv(process.env, { PORT: port() })` and its likes. */
function checkBySpecs(machine: Machine, { callee, member, call }: Use): Value | null {
  if (!SPEC_CALLS.test(member)) return null
  const specs = call.args.find((arg) => arg.kind === 'object')
  // envalid's own reporter ends the process.
  const whenMissing = callee.module === 'znv' ? 'throws' : 'exits'
  if (specs?.kind !== 'object') return ENVIRONMENT
  noteRules(machine, { fields: specs.fields, by: callee.module, whenMissing, call })
  return checked(specs.fields.keys())
}

/** The variables, and what envalid adds to them. */
function checked(names: Iterable<string>): Value {
  const variables = [...names].map((name): [string, Value] => [
    name,
    name === 'NODE_ENV' ? NODE_ENV : symbol({ kind: 'env', name }),
  ])
  const modes = ['isProduction', 'isProd', 'isDevelopment', 'isDev'].map((name): [string, Value] => [
    name,
    assumedLiteral(false, 'NODE_ENV'),
  ])
  return object([...modes, ['isTest', assumedLiteral(true, 'NODE_ENV')], ...variables])
}

function checkByCreateEnv(machine: Machine, call: Call): Value | null {
  const [options] = call.args
  if (options?.kind !== 'object') return null
  const groups = ['shared', 'server', 'client'].flatMap((part) => {
    const group = options.fields.get(part)
    return group?.kind === 'object' ? [...group.fields] : []
  })
  noteRules(machine, { fields: new Map(groups), by: '@t3-oss/env', whenMissing: 'throws', call })
  return checked(groups.map(([name]) => name))
}

/** `env.get('PORT').default(3000).asPortNumber()` */
function readEnvVar(machine: Machine, callee: PackageValue, call: Call): Value | null {
  const get = callee.steps.findIndex((step) => step.kind === 'member' && step.name === 'get')
  const named = callee.steps[get + 1]
  const [name] = get >= 0 && named && named.kind !== 'member' ? named.args : []
  const last = callee.steps.at(-1)
  if (name?.kind !== 'literal' || last?.kind !== 'member' || !last.name.startsWith('as')) return null
  noteRules(machine, { fields: new Map([[String(name.value), callee]]), by: 'env-var', whenMissing: 'throws', call })
  return symbol({ kind: 'env', name: String(name.value) })
}

function noteAssertion(machine: Machine, call: Call): null {
  const [first] = call.args
  if (first?.kind === 'symbol' && first.expression.kind === 'env') {
    const rule = { by: 'code', shape: null, required: true, default: null, whenMissing: 'throws' } as const
    note(machine, { name: first.expression.name, rule: { ...rule, text: brief(call.node) }, call })
  }
  return null
}

const PARSES = /^(?:parse|parseAsync|validateSync|attempt|assert|cast)$/
const SAFE_PARSES = /^(?:safeParse|safeParseAsync|validate)$/

/** `schema.parse(process.env)`: what it gives is the business of who knows the package. */
function checkBySchema(machine: Machine, { callee, member, call }: Use): Value | null {
  const isSafe = SAFE_PARSES.test(member)
  if (!isSafe && !PARSES.test(member)) return null
  const [value, other] = call.args
  const schema = member === 'attempt' || member === 'assert' ? other : { ...callee, steps: callee.steps.slice(0, -1) }
  const names = variablesIn(value)
  if (schema?.kind !== 'package' || names === null) return null
  const whenMissing = isSafe ? howFailureEnds(call.node) : howErrorEnds(call.node)
  const fields = typeof names === 'string' ? new Map([[names, schema]]) : rename(fieldsOfSchema(schema), names)
  noteRules(machine, { fields, by: callee.module, whenMissing, call })
  if (!isEnvironment(value) || /^zod(?:\/|$)/.test(callee.module)) return null
  return member === 'validate' && callee.module !== 'yup'
    ? object([
        ['value', ENVIRONMENT],
        ['error', UNDEFINED],
      ])
    : ENVIRONMENT
}

/** The variables by the fields that hold them; a name alone when the value is one variable. */
function variablesIn(value: Value | undefined): ReadonlyMap<string, string> | string | null {
  if (isEnvironment(value)) return new Map()
  if (value?.kind === 'symbol' && value.expression.kind === 'env') return value.expression.name
  if (value?.kind !== 'object') return null
  const named = [...value.fields].flatMap(([field, one]): [string, string][] =>
    one.kind === 'symbol' && one.expression.kind === 'env' ? [[field, one.expression.name]] : [],
  )
  const isSpread = [...value.fields.values()].some(isEnvironment)
  return named.length > 0 || isSpread ? new Map(named) : null
}

function isEnvironment(value: Value | undefined): boolean {
  return value?.kind === 'symbol' && value.expression.kind === 'operation' && value.expression.name === 'process.env'
}

function rename(fields: ReadonlyMap<string, Value>, names: ReadonlyMap<string, string>): ReadonlyMap<string, Value> {
  if (names.size === 0) return fields
  return new Map(
    [...fields].flatMap(([field, rule]): [string, Value][] => {
      const name = names.get(field)
      return name === undefined ? [] : [[name, rule]]
    }),
  )
}

interface Rules {
  readonly fields: ReadonlyMap<string, Value>
  readonly by: string
  readonly whenMissing: Ending
  readonly call: Call
}

function noteRules(machine: Machine, { fields, by, whenMissing, call }: Rules): void {
  for (const [name, value] of fields) {
    if (value.kind !== 'package') continue
    const rule = { ...describeRule(value), by, shape: shapeOfRule(value) }
    note(machine, { name, rule: { ...rule, whenMissing: rule.required ? whenMissing : 'undefined' }, call })
  }
}

function note(machine: Machine, { name, rule, call }: { name: string; rule: EnvironmentRule; call: Call }): void {
  const { node } = call
  machine.boot.rules.push({ ...rule, name, at: locate(machine.root, node), file: loadingFile(machine, node) })
}
