import type { Route, SourceLocation } from '../scan/types.ts'
import type { ProbedRoute, ProbeFinding, ProbeResult } from './types.ts'

interface Pair {
  readonly code: Route
  readonly run: ProbedRoute
}

/**
 * Where the routes that were read in the code and those that a run registered disagree. On whether a route exists, and on
 * its path, the run is right. A run in which something failed says nothing of what it did not come to.
 */
export function compareProbe(routes: readonly Route[], probe: ProbeResult): ProbeFinding[] {
  const same = pairUp(routes, probe.routes, isSameRoute)
  const [codeLeft, runLeft] = leftOf(same, routes, probe.routes)
  const moved = pairUp(codeLeft.filter(isAlone(codeLeft)), runLeft.filter(isAlone(runLeft)), isSameSite)
  const [onlyCode, onlyRun] = leftOf(moved, codeLeft, runLeft)
  const isWhole = probe.status === 'complete' && probe.troubles.length === 0
  return [
    ...(probe.status === 'failed' ? [failure(probe.reason, probe.routes.length)] : []),
    ...moved.map(describeMove),
    ...onlyRun.map(describeRunOnly),
    ...(isWhole ? onlyCode.filter(isExpected).map(describeCodeOnly) : []),
    ...describeHandlers(same),
  ]
}

/** A run registers nothing that needs another environment than a test has. */
function isExpected({ when }: Route): boolean {
  return when.every(({ holds }) => holds)
}

/** Each route at most once; one that is registered at the same line before any other. */
function pairUp(
  codes: readonly Route[],
  runs: readonly ProbedRoute[],
  isPair: (code: Route, run: ProbedRoute) => boolean,
): Pair[] {
  const left = new Set(codes)
  const take = (run: ProbedRoute, matches: (code: Route, run: ProbedRoute) => boolean): Pair[] => {
    const code = [...left].find((candidate) => matches(candidate, run))
    if (code) left.delete(code)
    return code ? [{ code, run }] : []
  }
  const exact = runs.flatMap((run) => take(run, (code) => isPair(code, run) && isAt(code, run.at)))
  const done = new Set(exact.map(({ run }) => run))
  return [...exact, ...runs.flatMap((run) => (done.has(run) ? [] : take(run, isPair)))]
}

function isSameRoute(code: Route, run: ProbedRoute): boolean {
  return code.method === run.method && normalise(code.path) === normalise(run.path)
}

function isSameSite(code: Route, run: ProbedRoute): boolean {
  return code.method === run.method && isAt(code, run.at)
}

function isAt(code: Route, at: SourceLocation | null): boolean {
  return at !== null && code.file === at.file && code.line === at.line
}

function normalise(path: string): string {
  return path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '')
}

function leftOf(
  pairs: readonly Pair[],
  codes: readonly Route[],
  runs: readonly ProbedRoute[],
): [readonly Route[], readonly ProbedRoute[]] {
  const [paired, ran] = [new Set(pairs.map(({ code }) => code)), new Set(pairs.map(({ run }) => run))]
  return [codes.filter((code) => !paired.has(code)), runs.filter((run) => !ran.has(run))]
}

/** Whether the only one of its method at its line: of several, nobody can tell which became which. */
function isAlone<T extends Route | ProbedRoute>(among: readonly T[]): (route: T) => boolean {
  const key = (route: Route | ProbedRoute): string => {
    const at = siteOf(route)
    return `${route.method} ${at?.file}:${at?.line}`
  }
  return (route) => among.filter((other) => key(other) === key(route)).length === 1
}

function siteOf(route: Route | ProbedRoute): SourceLocation | null {
  return 'at' in route ? route.at : { file: route.file, line: route.line }
}

function failure(reason: string, count: number): ProbeFinding {
  const message = `the app did not start in the probe, which saw ${count} ${count === 1 ? 'route' : 'routes'} until then: ${reason}`
  return { kind: 'probe-failed', message }
}

function describeMove({ code, run }: Pair): ProbeFinding {
  const message = `registered as ${run.method} ${run.path} in a run, read as ${code.path} in the code; the run is right`
  return { kind: 'probe-path', message, route: `${run.method} ${run.path}`, at: { file: code.file, line: code.line } }
}

function describeRunOnly(run: ProbedRoute): ProbeFinding {
  return {
    kind: 'probe-only-run',
    message: 'registered in a run, and not seen in the code',
    route: `${run.method} ${run.path}`,
    ...(run.at ? { at: run.at } : {}),
  }
}

function describeCodeOnly(code: Route): ProbeFinding {
  const message = 'seen in the code, and not registered in a run: its condition did not hold there, or it never does'
  return {
    kind: 'probe-only-code',
    message,
    route: `${code.method} ${code.path}`,
    at: { file: code.file, line: code.line },
  }
}

/** More than this many routes that differ in the same way have one cause, above them all, and are one finding. */
const SAME_CAUSE = 3

function describeHandlers(pairs: readonly Pair[]): ProbeFinding[] {
  const differing = new Map<string, Pair[]>()
  for (const pair of pairs) {
    const more = pair.run.before - pair.code.middleware.length
    const key = `${pair.code.app} ${more}`
    if (more !== 0) differing.set(key, [...(differing.get(key) ?? []), pair])
  }
  return [...differing.values()].flatMap((group) => {
    const [first] = group
    if (!first || group.length <= SAME_CAUSE) return group.map((pair) => describeCount(pair, ''))
    return [describeCount(first, `; ${group.length - 1} more routes of this app differ by as many`)]
  })
}

function describeCount({ code, run }: Pair, more: string): ProbeFinding {
  const message = `${run.before} functions run before its handler, the code shows ${code.middleware.length}${more}`
  return {
    kind: 'probe-handlers',
    message,
    route: `${code.method} ${code.path}`,
    at: { file: code.file, line: code.line },
  }
}
