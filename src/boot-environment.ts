import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { inventForRequest } from './plan/choose-environment.ts'
import { guessForShape } from './plan/guess-value.ts'
import { SAMPLE_FILES, TEST_FILES } from './scan/models/environment-files.ts'
import { inventByName } from './scan/models/environment-names.ts'
import type { BootFacts, DatabaseFacts, EnvironmentVariable } from './scan/types.ts'

export interface BootEnvironment {
  /** What is set before the app starts. */
  readonly values: Readonly<Record<string, string>>
  /** Variables that loading the app reads, that have no default in the code and get no value. */
  readonly without: readonly EnvironmentVariable[]
}

/**
 * The variables that the app needs to start in a test: what the project's `.env.test` says, the values that the paths of
 * routes were taken to have, and, for what the code demands, invented ones that its rules accept. The database's own
 * variables are the harness's business, and those of the user's config (`env`) are left to it. A developer's `.env` is
 * not read.
 */
export function chooseBootEnvironment(
  root: string,
  { boot, database, env = {} }: { boot: BootFacts; database: DatabaseFacts; env?: Readonly<Record<string, string>> },
): BootEnvironment {
  const given = Object.keys(env)
  const reserved = new Set([...database.urlVariables, ...Object.values(database.partVariables), 'NODE_ENV', ...given])
  const own = readVariables(root, TEST_FILES)
  const sample = readVariables(root, SAMPLE_FILES)
  const paths = Object.fromEntries(boot.assumedTexts.map(({ name, value }) => [name, value]))
  const read = boot.environment.filter(({ name }) => !reserved.has(name))
  const chosen = read.map((variable) => ({ variable, value: choose(variable, { own, paths, sample }) }))
  const known = new Set([...reserved, ...read.map(({ name }) => name)])
  const values: Record<string, string> = {
    ...inventFor(boot.named.filter((name) => !known.has(name))),
    ...chooseMode(boot),
    ...paths,
    ...Object.fromEntries(Object.entries(own).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
    ...Object.fromEntries(chosen.flatMap(({ variable, value }) => (value === null ? [] : [[variable.name, value]]))),
  }
  for (const name of given) delete values[name]
  return {
    values,
    without: chosen.flatMap(({ variable, value }) =>
      value === null && variable.default === null && variable.required === null ? [variable] : [],
    ),
  }
}

/**
 * Rules that allow no `test` for NODE_ENV, which Vitest sets: then one of the modes that they allow, of which the code asks
 * nothing else if there is one, for that is what analysis takes the app to do.
 */
function chooseMode({ environment, assumed }: BootFacts): Record<string, string> {
  const shape = environment.find(({ name }) => name === 'NODE_ENV')?.validation?.shape
  if (shape?.type !== 'enum' || shape.values.includes('test')) return {}
  const modes = shape.values.filter((value) => typeof value === 'string')
  const asked = assumed.filter(({ name }) => name === 'NODE_ENV').map(({ condition }) => condition)
  const mode = modes.find((one) => !asked.some((condition) => condition.includes(one))) ?? modes[0]
  return mode === undefined ? {} : { NODE_ENV: mode }
}

/** What requests alone read: as a plan takes it to be, whichever route it is made for. */
function inventFor(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = inventForRequest(name)
      return value === null ? [] : [[name, value]]
    }),
  )
}

type Variables = Readonly<Record<string, string | undefined>>

function choose(
  variable: EnvironmentVariable,
  { own, paths, sample }: { own: Variables; paths: Variables; sample: Variables },
): string | null {
  const known = own[variable.name] ?? paths[variable.name]
  if (known !== undefined) return known
  if (variable.required === true && isUnknown(variable)) return sample[variable.name] || inventValue(variable)
  if (variable.required === true || isRefused(variable)) return inventValue(variable)
  // The paths of routes were read from what the app does with it, or without it.
  if (variable.assumedSet !== null)
    return variable.assumedSet ? sample[variable.name] || inventByName(variable.name) || inventValue(variable) : null
  if (variable.required !== null || variable.default !== null) return null
  // Nothing says whether the app can do without: then as the project's sample has it. Clients of packages refuse to be
  // made without their key, and nothing is signed without a secret.
  return sample[variable.name] || inventByName(variable.name)
}

/** There is a rule, but what it accepts is not known: `z.preprocess((a) => Number(a), ...)`. */
function isUnknown({ validation }: EnvironmentVariable): boolean {
  return validation?.shape?.type === 'unknown'
}

export function readVariables(root: string, files: readonly string[]): Variables {
  const values: Record<string, string | undefined> = {}
  for (const name of files) {
    try {
      Object.assign(values, parseEnv(readFileSync(join(root, name), 'utf8')))
    } catch {
      // Most projects have one of them at most.
    }
  }
  return values
}

/** zod 3 checks its own defaults: an app whose default is no URL does not start without the variable. */
export function isRefused({ validation, default: stand }: EnvironmentVariable): boolean {
  const { shape } = validation ?? {}
  return shape?.type === 'string' && shape.format === 'url' && stand !== null && !URL.canParse(stand)
}

/** Validators of other packages than zod, by the name of the rule. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/^(?:port|num|number|asPort|asInt)/i, '3000'],
  [/^(?:bool|boolean)/i, 'true'],
  [/^(?:url|host)|\b(?:uri|url)\(/i, 'http://127.0.0.1:1'],
  [/^email|\bemail\(/i, 'ada@example.com'],
  [/^json/i, '{}'],
]

/** Clients refuse an address of another protocol before they connect. Nobody listens on port 1. */
const ADDRESSES: readonly (readonly [RegExp, string])[] = [
  [/REDIS|VALKEY|KEYDB/i, 'redis://127.0.0.1:1'],
  [/AMQP|RABBIT/i, 'amqp://127.0.0.1:1'],
  [/MONGO/i, 'mongodb://127.0.0.1:1/itest'],
  [/NATS/i, 'nats://127.0.0.1:1'],
  [/SMTP/i, 'smtp://127.0.0.1:1'],
]

/** A value that the rules of the variable accept, as far as they are known; the same each time. */
export function inventValue(variable: EnvironmentVariable): string {
  const { name, usedFor, validation } = variable
  const address = addressFor(variable)
  if (address !== null) return address
  if (validation?.shape && validation.shape.type !== 'unknown') {
    const guessed = guessForShape(validation.shape, name.toLowerCase())
    // It may become part of an address: `email.${AWS_REGION}.amazonaws.com`.
    return typeof guessed === 'string' ? guessed.replaceAll(' ', '-') : JSON.stringify(guessed)
  }
  if (validation?.shape?.type === 'unknown' && /\bnumber\(/.test(validation.shape.text)) return '3000'
  const choice = /(?:choices: |valid\()\[?'([^']+)'/.exec(validation?.text ?? '')?.[1]
  const byRule = RULES.find(([rule]) => rule.test(validation?.text ?? ''))?.[1]
  if (choice !== undefined || byRule !== undefined) return choice ?? byRule ?? ''
  if (usedFor === 'port') return '3000'
  if (usedFor === 'address') return /HOST$|DOMAIN$/i.test(name) ? '127.0.0.1' : 'http://127.0.0.1:1'
  return 'itest-value-0123456789abcdef0123456789abcdef'
}

/** `REDIS_URL`; null where its name tells no protocol, or its rules ask for more than an address. */
function addressFor({ name, validation }: EnvironmentVariable): string | null {
  const { shape } = validation ?? {}
  const isFree =
    !shape || (shape.type === 'string' && (shape.format === null || shape.format === 'url') && shape.pattern === null)
  if (!isFree || !/UR[LI]S?$/i.test(name)) return null
  return ADDRESSES.find(([protocol]) => protocol.test(name))?.[1] ?? null
}
