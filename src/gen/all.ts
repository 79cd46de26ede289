import { cacheFolder } from '../cache-folder.ts'
import { ModelError, UserError } from '../errors.ts'
import type { ManyOptions } from '../many-options.ts'
import type { GenOptions, RouteArgument } from '../options.ts'
import { generate, type World } from '../pipeline.ts'
import type { GenReport } from '../report/types.ts'
import { matchesGlob } from '../run/matches-glob.ts'
import { readCodebase } from '../scan/read-project.ts'
import type { Codebase } from '../scan/types.ts'
import { openPurse, type Purse } from '../write/purse.ts'
import { answerInBatch, type BatchOptions, type BatchReport } from './batch.ts'
import { openProgressFile } from './progress-file.ts'
import { type Gate, mapBounded, openGate } from './queue.ts'

export interface AllOptions extends GenOptions, ManyOptions, Pick<BatchOptions, 'pollMs'> {}

/** What became of one route of many. */
export interface RoutedResult {
  /** e.g. `POST /orders`. */
  readonly route: string
  /** As if it had been the only one. */
  readonly exitCode: number
  /** Null: there is none, and `error` says why. */
  readonly report: GenReport | null
  readonly error: { readonly message: string; readonly hint: string } | null
  /** An earlier run did it, which was interrupted. */
  readonly isEarlier: boolean
}

/** What `itest gen --all --json` prints. */
export interface AllReport {
  readonly schema: 'itest.gen-all/1'
  readonly routes: readonly RoutedResult[]
  /** Which were not looked at, and why. */
  readonly leftOut: readonly { readonly route: string; readonly reason: string }[]
  /** Null: there was none. */
  readonly batch: BatchReport | null
  /** In US dollars, as far as it is known; null: of no request it is. */
  readonly costUsd: number | null
  readonly exitCode: number
}

/** `gen` for many routes; what goes wrong with one stops none of the others. @throws UserError when there is no route to do */
export async function generateAll(options: AllOptions, world: World): Promise<AllReport> {
  world.progress('reading the code')
  const codebase = await readCodebase(options.root, options)
  const { wanted, leftOut } = chooseRoutes(codebase, options.files)
  const kept = openProgressFile(options.root, {
    cacheFolder: cacheFolder(world.environment),
    isResumed: options.resume,
  })
  const tell = tellProgress(wanted.length, world)
  const shared = { purse: openPurse(options.maxCostUsd), gate: openGate() }
  const left = wanted.filter((route) => !kept.done.has(nameOf(route)))
  const batch = options.batch ? await answerInBatch(left, { options, purse: shared.purse }, world) : null
  const routes = await mapBounded(wanted, options.concurrency, async (route) => {
    const earlier = kept.done.get(nameOf(route))
    const inner = { ...world, progress: tell.begin(nameOf(route)) }
    const result = earlier
      ? { ...earlier, isEarlier: true }
      : await generateOne(route, { options, world: inner, shared })
    tell.end()
    kept.add(result)
    return result
  })
  kept.remove()
  const costs = [...routes.map(({ report }) => report?.writer.costUsd), batch?.costUsd].flatMap((one) => one ?? [])
  return {
    schema: 'itest.gen-all/1',
    routes,
    leftOut,
    batch,
    costUsd: costs.length > 0 ? costs.reduce((sum, one) => sum + one, 0) : null,
    exitCode: decideExitCode(routes),
  }
}

async function generateOne(
  route: RouteArgument,
  setup: { options: AllOptions; world: World; shared: { purse: Purse; gate: Gate } },
): Promise<RoutedResult> {
  const { options, world, shared } = setup
  const name = nameOf(route)
  const failed = (exitCode: number, message: string, hint: string): RoutedResult => ({
    route: name,
    exitCode,
    report: null,
    error: { message, hint },
    isEarlier: false,
  })
  try {
    const report = await generate(route, options, world, shared)
    return { route: name, exitCode: report.exitCode, report, error: null, isEarlier: false }
  } catch (error) {
    if (world.signal.aborted) throw error
    if (error instanceof UserError) return failed(2, error.message, error.hint)
    if (error instanceof ModelError) return failed(4, error.message, error.hint)
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return failed(3, `itest crashed: ${message}`, 'This is a bug of itest, not of your code.')
  }
}

function chooseRoutes(
  { routes }: Codebase,
  files: string | null,
): { wanted: readonly RouteArgument[]; leftOut: AllReport['leftOut'] } {
  const fitting = routes.filter(({ file }) => files === null || matchesGlob(file, files))
  if (fitting.length === 0) throw nothingFits(routes, files)
  const names = fitting.map(nameOf)
  const first = fitting.filter((route, index) => names.indexOf(nameOf(route)) === index)
  const leftOut = first.flatMap((route) => {
    const reason = explainLeftOut(route)
    return reason === null ? [] : [{ route: nameOf(route), reason }]
  })
  return { wanted: first.filter((route) => explainLeftOut(route) === null), leftOut }
}

function explainLeftOut({ method, shadowedBy }: Codebase['routes'][number]): string | null {
  if (method === 'ALL') return 'it answers every method; name one: itest gen GET /path'
  if (shadowedBy === null) return null
  return `${shadowedBy.method || 'a middleware'} ${shadowedBy.path} answers every request for it first`.trim()
}

function nothingFits(routes: Codebase['routes'], files: string | null): UserError {
  if (files === null)
    return new UserError('no route was found', { hint: '`itest routes` says what was looked at and what was not.' })
  const known = [...new Set(routes.map(({ file }) => file))].slice(0, 5).join(', ')
  return new UserError(`no route is registered in a file that fits ${files}`, {
    hint: `Files with routes: ${known || 'none'}. Patterns are relative to the root, e.g. 'src/routes/**'.`,
  })
}

function nameOf({ method, path }: RouteArgument): string {
  return `${method} ${path}`
}

/** The gravest of them: our crash, the model, the user's mistake, a test or a check that says no. */
function decideExitCode(routes: readonly RoutedResult[]): number {
  return [3, 4, 2, 1].find((code) => routes.some(({ exitCode }) => exitCode === code)) ?? 0
}

/** How many are done, and how long the others may take if they are like these. */
function tellProgress(count: number, world: World): { begin: (route: string) => World['progress']; end: () => void } {
  const startedAt = world.now()
  let done = 0
  const describeLeft = (): string => {
    if (done === 0) return ''
    const seconds = ((world.now() - startedAt) / done / 1000) * (count - done)
    return seconds < 90 ? `, about ${Math.ceil(seconds)} s left` : `, about ${Math.ceil(seconds / 60)} min left`
  }
  return {
    begin: (route) => (text) => world.progress(`${done} of ${count} routes done${describeLeft()}; ${route}: ${text}`),
    end: () => {
      done += 1
    },
  }
}
