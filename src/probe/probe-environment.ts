import { inventValue, isRefused, readVariables } from '../boot-environment.ts'
import { SAMPLE_FILES } from '../scan/models/environment-files.ts'
import type { BootFacts, DatabaseFacts } from '../scan/types.ts'

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
  /** What the user's config says. */
  readonly env: Readonly<Record<string, string>>
}

/**
 * Values for the variables that loading the app reads, so that it starts: those of the user's config, of the project's own
 * sample file, else
 * invented ones that its rules accept. A variable that the code can do without is left out.
 */
export function chooseProbeEnvironment({ root, boot, database, isFull, env }: Asked): Record<string, string> {
  const sample = readVariables(root, SAMPLE_FILES)
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
    ...Object.fromEntries(chosen),
    ...env,
    ...Object.fromEntries(parts),
    ...Object.fromEntries([...urls].map((name) => [name, address])),
  }
}

function valueOfPart(part: string): string {
  return Object.entries(PARTS).find(([name]) => name === part)?.[1] ?? 'itest'
}
