import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { guessForShape } from '../plan/guess-value.ts'
import { SAMPLE_FILES } from '../scan/models/assumed-text.ts'
import type { BootFacts, DatabaseFacts, EnvironmentVariable } from '../scan/types.ts'

// Nobody listens there, and the guard refuses the connection anyway.
const DATABASES = {
  postgres: 'postgres://itest:itest@127.0.0.1:1/itest',
  mysql: 'mysql://itest:itest@127.0.0.1:1/itest',
  sqlite: ':memory:',
} as const
const PARTS = { host: '127.0.0.1', port: '1', user: 'itest', password: 'itest', database: 'itest' } as const

interface Asked {
  readonly root: string
  readonly boot: BootFacts
  readonly database: DatabaseFacts
  /** Whether variables get a value too of which the code does not say that it needs them. */
  readonly isFull: boolean
}

/**
 * Values for the variables that loading the app reads, so that it starts: those of the project's own sample file, else
 * invented ones that its rules accept. A variable that the code can do without is left out.
 */
export function chooseProbeEnvironment({ root, boot, database, isFull }: Asked): Record<string, string> {
  const sample = readSample(root)
  const chosen = boot.environment.flatMap((variable): [string, string][] => {
    const shared = sample[variable.name]
    if (shared) return [[variable.name, shared]]
    const isWanted = variable.required ?? isFull
    return isWanted || isRefused(variable) ? [[variable.name, inventValue(variable)]] : []
  })
  const address = DATABASES[database.dialect ?? 'postgres']
  const urls = new Set(['DATABASE_URL', ...database.urlVariables])
  const parts = Object.entries(database.partVariables).map(([part, name]): [string, string] => [
    name,
    valueOfPart(part),
  ])
  return {
    ...Object.fromEntries([...chosen, ...parts]),
    ...Object.fromEntries([...urls].map((name) => [name, address])),
  }
}

/** zod 3 checks its own defaults: an app whose default is no URL does not start without the variable. */
function isRefused({ validation, default: stand }: EnvironmentVariable): boolean {
  const { shape } = validation ?? {}
  return shape?.type === 'string' && shape.format === 'url' && stand !== null && !URL.canParse(stand)
}

function valueOfPart(part: string): string {
  return Object.entries(PARTS).find(([name]) => name === part)?.[1] ?? 'itest'
}

function readSample(root: string): Record<string, string | undefined> {
  const values: Record<string, string | undefined> = {}
  for (const name of SAMPLE_FILES) {
    try {
      Object.assign(values, parseEnv(readFileSync(join(root, name), 'utf8')))
    } catch {
      // Most projects have one of them at most.
    }
  }
  return values
}

/** Validators of other packages than zod, by the name of the rule. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/^(?:port|num|number|asPort|asInt)/i, '3000'],
  [/^(?:bool|boolean)/i, 'true'],
  [/^(?:url|host)|\b(?:uri|url)\(/i, 'http://127.0.0.1:1'],
  [/^email|\bemail\(/i, 'ada@example.com'],
  [/^json/i, '{}'],
]

function inventValue({ name, usedFor, validation }: EnvironmentVariable): string {
  if (validation?.shape && validation.shape.type !== 'unknown') {
    const guessed = guessForShape(validation.shape, name.toLowerCase())
    return typeof guessed === 'string' ? guessed : JSON.stringify(guessed)
  }
  const choice = /(?:choices: |valid\()\[?'([^']+)'/.exec(validation?.text ?? '')?.[1]
  const byRule = RULES.find(([rule]) => rule.test(validation?.text ?? ''))?.[1]
  if (choice !== undefined || byRule !== undefined) return choice ?? byRule ?? ''
  if (usedFor === 'port') return '3000'
  if (usedFor === 'address') return /HOST$|DOMAIN$/i.test(name) ? '127.0.0.1' : 'http://127.0.0.1:1'
  return 'itest-value-0123456789abcdef0123456789abcdef'
}
