import { statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from './errors.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'ALL'] as const

export interface RouteArgument {
  readonly method: string
  readonly path: string
}

/** `POST /orders`, as two arguments or as one. @throws UserError */
export function parseRoute(words: readonly string[]): RouteArgument {
  const [method = '', target = '', ...rest] = words
    .flatMap((word) => word.trim().split(/\s+/))
    .filter((word) => word !== '')
  const known = METHODS.find((candidate) => candidate === method.toUpperCase())
  const shown = words.length === 0 ? 'nothing' : `"${words.join(' ')}"`
  const hint = 'Example: itest gen POST /orders. `itest routes` lists the routes of the project.'
  if (!known) throw new UserError(`expected a method (${METHODS.join(', ')}) and a path, found ${shown}`, { hint })
  if (!target.startsWith('/')) {
    const looksConverted = /^[A-Za-z]:[\\/]/.test(target)
    const why =
      target === ''
        ? 'the path is missing'
        : looksConverted
          ? 'your shell turned the path into a file name (MSYS_NO_PATHCONV=1 stops that)'
          : 'the path must begin with /'
    throw new UserError(`expected a method and a path, found ${shown}: ${why}`, { hint })
  }
  if (rest.length > 0) throw new UserError(`expected one route, found ${shown}`, { hint })
  return { method: known, path: target }
}

export interface GenOptions {
  /** Absolute. */
  readonly root: string
  /** The file of the app, as the user wrote it; null: found by itself. */
  readonly app: string | null
  /** Relative to the root. */
  readonly out: string
  readonly model?: string
  readonly database: (typeof ENGINES)[number]
  /** Of a server that is there already; null: the variable `ITEST_DATABASE_URL`, else one is started. */
  readonly databaseUrl: string | null
  readonly force: boolean
  readonly json: boolean
  /** Whether an earlier scan of unchanged files will do. */
  readonly cache: boolean
  /** Whether the app is started as a second opinion on its routes. */
  readonly probe: boolean
}

const ENGINES = ['auto', 'postgres', 'pglite'] as const

/** Options of the command line with their defaults. Paths become absolute (`root`) or relative to the root (`out`). @throws UserError */
export function parseOptions(raw: Readonly<Record<string, unknown>>, cwd: string): GenOptions {
  const root = readRoot(readText(raw, 'root') ?? '.', cwd)
  const model = readText(raw, 'model')
  return {
    root,
    app: readText(raw, 'app'),
    out: readOut(readText(raw, 'out') ?? 'tests/integration', root),
    ...(model === null ? {} : { model }),
    database: readEngine(readText(raw, 'database') ?? 'auto'),
    databaseUrl: readText(raw, 'databaseUrl'),
    force: raw.force === true,
    json: raw.json === true,
    cache: raw.cache !== false,
    probe: raw.probe === true,
  }
}

/** What `itest prove` takes besides. @throws UserError */
export function parseProofOptions(raw: Readonly<Record<string, unknown>>): {
  readonly tests: readonly string[]
  readonly minScore: number | null
} {
  const { tests } = raw
  const given = readText(raw, 'minScore')
  const minScore = given === null ? null : Number(given)
  if (minScore !== null && !(given?.trim() !== '' && minScore >= 0 && minScore <= 100)) {
    throw new UserError(`--min-score: expected a number from 0 to 100, found ${given}`, {
      hint: 'Example: itest prove POST /orders --min-score 80.',
    })
  }
  return { tests: Array.isArray(tests) ? tests.map(String) : [], minScore }
}

function readText(raw: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = raw[name]
  if (value === undefined || typeof value === 'string') return value ?? null
  throw new UserError(`--${name}: expected text, found ${typeof value}`, {
    hint: '`itest gen --help` lists the options.',
  })
}

function readEngine(given: string): GenOptions['database'] {
  const known = ENGINES.find((engine) => engine === given)
  if (known) return known
  throw new UserError(`--database: expected ${ENGINES.join(', ')}, found ${given}`, {
    hint: '`itest gen --help` lists the options.',
  })
}

function readRoot(given: string, cwd: string): string {
  const root = path.resolve(cwd, given)
  const found = statSync(root, { throwIfNoEntry: false })
  if (found?.isDirectory()) return root
  throw new UserError(`--root ${given}: expected a folder, found ${found ? 'a file' : 'nothing'} at ${root}`, {
    hint: 'Name the folder of your Express project, the one with package.json in it.',
  })
}

function readOut(given: string, root: string): string {
  const out = path.relative(root, path.resolve(root, given)).split(path.sep).join('/')
  if (out !== '..' && !out.startsWith('../') && !path.isAbsolute(out)) return out
  throw new UserError(`--out ${given}: expected a folder inside the project ${root}`, {
    hint: 'Choose one inside it, e.g. tests/integration.',
  })
}
