import { statSync } from 'node:fs'
import path from 'node:path'
import { readSettings, showConfig } from './config/find-config.ts'
import { NO_SETTINGS, type Settings } from './config/settings.ts'
import { UserError } from './errors.ts'
import { readAttempts, readCost, readTimeout } from './model-options.ts'
import { type PromptOptions, readPromptOptions } from './prompt-options.ts'
import { type Effort, parseEffort, parseMaxTokens } from './write/model-choice.ts'

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

/** What the command line says; then the config, for what it leaves open; then what holds for all projects. */
export interface GenOptions extends Pick<Settings, 'env' | 'skip' | 'hasAuth'>, PromptOptions {
  /** Absolute. */
  readonly root: string
  /** The user's config, absolute; null: there is none. */
  readonly config: string | null
  /** The keys that it sets. */
  readonly configKeys: readonly string[]
  /** The file of the app, as the user wrote it; null: found by itself. */
  readonly app: string | null
  /** Relative to the root. */
  readonly out: string
  /** Of a test file, with `{method}` and `{path}` in it. */
  readonly fileName: string
  readonly model?: string
  readonly effort?: Effort
  /** How long a model may stay silent, in milliseconds; default: the backend's own. */
  readonly modelTimeoutMs?: number
  /** Of one reply of the model. */
  readonly maxTokens?: number
  readonly database: (typeof ENGINES)[number]
  /** Of a server that is there already; null: the variable `ITEST_DATABASE_URL`, else one is started. */
  readonly databaseUrl: string | null
  readonly force: boolean
  readonly json: boolean
  /** Whether an earlier scan of unchanged files will do. */
  readonly cache: boolean
  /** Whether comments are left out of what is sent to a model. */
  readonly stripComments: boolean
  /** Whether the app is started as a second opinion on its routes. */
  readonly probe: boolean
  /** How often the tests run with the route as it is; default 3, and 10 in CI. */
  readonly runs?: number
  /** Replies that a model may be asked for; default 3. */
  readonly attempts?: number
  /** US dollars that models may cost; null: no limit. */
  readonly maxCostUsd: number | null
  /** Whether a model is asked though an earlier reply to the same request is known. */
  readonly fresh: boolean
}

/** Of `itest red` and `itest green`. */
export interface GateOptions extends GenOptions {
  /** Where the command runs; files are named from here. */
  readonly cwd: string
  /** A commit: only what has changed since counts as new. */
  readonly since: string | null
  /** How often the tests run at least. */
  readonly runs: number
  /** Why tests may have changed since they were red; null: they may not. */
  readonly allowChange: string | null
}

/** Of `itest flaky`. */
export interface FlakyOptions extends GenOptions {
  /** Where the command runs; files are named from here. */
  readonly cwd: string
  /** How often all tests run. */
  readonly runs: number
  /** What all orders are drawn by; null: chance. */
  readonly seed: number | null
}

const ENGINES = ['auto', 'postgres', 'pglite'] as const

const FOLDER = 'tests/integration'
const FILE_NAME = '{method}-{path}.test.ts'

/** The options with the project's config. @throws UserError for a mistake in either */
export async function readOptions(raw: Readonly<Record<string, unknown>>, cwd: string): Promise<GenOptions> {
  const root = readRoot(readText(raw, 'root') ?? '.', cwd)
  return parseOptions(raw, cwd, await readSettings(root, readText(raw, 'config')))
}

/** Options of the command line with their defaults. Paths become absolute (`root`) or relative to the root (`out`). @throws UserError */
export function parseOptions(
  raw: Readonly<Record<string, unknown>>,
  cwd: string,
  settings: Settings = NO_SETTINGS,
): GenOptions {
  const root = readRoot(readText(raw, 'root') ?? '.', cwd)
  const { app, database, tests, file, keys, env, skip, hasAuth } = settings
  const model = readText(raw, 'model') ?? settings.model
  const effort = parseEffort(readText(raw, 'effort')) ?? settings.effort
  const maxTokens = parseMaxTokens(readText(raw, 'maxTokens')) ?? settings.maxTokens
  return {
    root,
    config: file,
    configKeys: keys,
    app: readText(raw, 'app') ?? app,
    out: chooseOut(raw, root, settings),
    fileName: tests.file ?? FILE_NAME,
    ...(model === null ? {} : { model }),
    ...(effort === null ? {} : { effort }),
    ...(maxTokens === null ? {} : { maxTokens }),
    database: readEngine(readText(raw, 'database') ?? database.engine ?? 'auto'),
    databaseUrl: readText(raw, 'databaseUrl') ?? database.url,
    env,
    skip,
    hasAuth,
    force: raw.force === true,
    json: raw.json === true,
    cache: raw.cache !== false,
    stripComments: raw.stripComments === true || settings.stripComments,
    probe: raw.probe === true,
    fresh: raw.fresh === true,
    maxCostUsd: readCost(readText(raw, 'maxCost')),
    ...readPromptOptions(raw, cwd, settings),
  }
}

/** @throws UserError */
export async function readGenOptions(raw: Readonly<Record<string, unknown>>, cwd: string): Promise<GenOptions> {
  const options = await readOptions(raw, cwd)
  const runs = readText(raw, 'runs')
  const attempts = readText(raw, 'attempts')
  const timeout = readText(raw, 'modelTimeout')
  const hint = 'The tests run in different orders; one that does not say the same each time is flaky.'
  return {
    ...options,
    ...(runs === null ? {} : { runs: readRuns(runs, { least: 1, hint }) }),
    ...(attempts === null ? {} : { attempts: readAttempts(attempts) }),
    ...(timeout === null ? {} : { modelTimeoutMs: readTimeout(timeout) }),
  }
}

/** @throws UserError */
export async function readGateOptions(raw: Readonly<Record<string, unknown>>, cwd: string): Promise<GateOptions> {
  const options = await readOptions(raw, cwd)
  const allowChange = readText(raw, 'allowChange')
  if (allowChange?.trim() === '') {
    throw new UserError('--allow-change: expected a reason, found nothing', {
      hint: 'Say why the tests may change, e.g. --allow-change "REQ-7: refunds answer 202 now"; the ledger keeps it.',
    })
  }
  const gate = { cwd, since: readText(raw, 'since'), runs: readGateRuns(raw), allowChange }
  return { ...options, ...gate }
}

function readGateRuns(raw: Readonly<Record<string, unknown>>): number {
  const hint = 'A red test is run at least twice more: one that is red now and then is flaky.'
  return readRuns(readText(raw, 'runs') ?? '3', { least: 3, hint })
}

function readRuns(given: string, { least, hint }: { least: number; hint: string }): number {
  if (/^[1-9]\d{0,2}$/.test(given) && Number(given) >= least) return Number(given)
  throw new UserError(`--runs: expected a whole number from ${least} to 999, found ${given}`, { hint })
}

/** @throws UserError */
export async function readFlakyOptions(raw: Readonly<Record<string, unknown>>, cwd: string): Promise<FlakyOptions> {
  const given = readText(raw, 'runs') ?? '100'
  if (!/^[1-9]\d{0,3}$/.test(given) || Number(given) < 2) {
    throw new UserError(`--runs: expected a whole number from 2 to 9999, found ${given}`, {
      hint: 'A test that fails in one run of 50 is seen in 100 runs with 87 %, in 20 runs with 33 %.',
    })
  }
  const seed = readText(raw, 'seed')
  if (seed !== null && !/^[1-9]\d{0,8}$/.test(seed)) {
    throw new UserError(`--seed: expected a whole number from 1 to 999999999, found ${seed}`, {
      hint: 'An earlier report says which one it had.',
    })
  }
  return { ...(await readOptions(raw, cwd)), cwd, runs: Number(given), seed: seed === null ? null : Number(seed) }
}

/** A route (`POST /orders`, as one word or two) or files; nothing: both empty. @throws UserError */
export function parseAsked(words: readonly string[]): { route: RouteArgument | null; files: readonly string[] } {
  const [first = ''] = (words[0] ?? '').trim().split(/\s+/)
  const isRoute = METHODS.some((method) => method === first.toUpperCase()) && words.join(' ').includes('/')
  return isRoute ? { route: parseRoute(words), files: [] } : { route: null, files: words }
}

/** What `itest prove` takes besides. @throws UserError */
export function parseProofOptions(raw: Readonly<Record<string, unknown>>): {
  readonly tests: readonly string[]
  readonly minScore: number | null
  readonly strengthen: boolean
} {
  const { tests } = raw
  const given = readText(raw, 'minScore')
  const minScore = given === null ? null : Number(given)
  if (minScore !== null && !(given?.trim() !== '' && minScore >= 0 && minScore <= 100)) {
    throw new UserError(`--min-score: expected a number from 0 to 100, found ${given}`, {
      hint: 'Example: itest prove POST /orders --min-score 80.',
    })
  }
  return { tests: Array.isArray(tests) ? tests.map(String) : [], minScore, strengthen: raw.strengthen === true }
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

function chooseOut(raw: Readonly<Record<string, unknown>>, root: string, { tests, file }: Settings): string {
  const given = readText(raw, 'out')
  if (given !== null || tests.folder === null || file === null) return readOut(given ?? FOLDER, root, '--out')
  return readOut(tests.folder, root, `${showConfig(root, file)}: tests.folder`)
}

function readOut(given: string, root: string, name: string): string {
  const out = path.relative(root, path.resolve(root, given)).split(path.sep).join('/')
  if (out !== '..' && !out.startsWith('../') && !path.isAbsolute(out)) return out
  throw new UserError(`${name} ${given}: expected a folder inside the project ${root}`, {
    hint: 'Choose one inside it, e.g. tests/integration.',
  })
}
