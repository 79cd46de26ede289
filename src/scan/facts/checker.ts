import { partsOf } from '../expressions.ts'
import type { Decision, FunctionReference, Route, SourceLocation, VisitedSource } from '../types.ts'
import { credentialOf } from './principals.ts'
import type { TurnedAway } from './turned-away.ts'

type Turned = Pick<TurnedAway, 'last' | 'cause'>

interface Given {
  readonly route: Route
  readonly sources: readonly VisitedSource[]
}

/** A function of the project that is running, under the name that it is kept by. */
interface Running {
  readonly source: VisitedSource
  readonly name: string
}

const NAMELESS = '(anonymous)'

/**
 * The function that turns the request away: of those that are running, the innermost that decides, or that called what
 * decided, or else the outermost. Where none is, the middleware or handler that leads to the decision.
 */
export function checkerOf(turned: Turned, given: Given): FunctionReference {
  const running = runningFunctions(turned, given.sources)
  const deciding = sourcesAround(turned.last.at, given.sources)
  const candidates = running.length > 0 ? running : layersOf(given)
  const found =
    decidesItself(candidates, deciding) ??
    callerOf(deciding, candidates, given.sources) ??
    running.find(({ name }) => name !== NAMELESS) ??
    running[0]
  if (found) return { name: found.name, ...found.source.at }
  const [inner] = deciding
  return inner ? { name: inner.name, ...inner.at } : { name: guardName(turned.last), ...turned.cause.at }
}

/** Whether the route's handler is what runs, or holds the place. */
export function isInHandler(turned: Turned, { route, sources }: Given): boolean {
  const { file, line } = route.handler
  const running = runningFunctions(turned, sources).map(({ source }) => source)
  const around = [turned.last.at, turned.cause.at].flatMap((at) => sourcesAround(at, sources))
  return [...running, ...around].some(({ at }) => at.file === file && at.line === line)
}

/** The functions around the place where the answer was settled, outermost first. */
function runningFunctions({ cause }: Turned, sources: readonly VisitedSource[]): Running[] {
  const { stack } = cause
  // Whoever gave an error to `next` is known by the place alone.
  if (!stack)
    return sourcesAround(cause.at, sources)
      .map((source) => asRunning(source, NAMELESS, sources))
      .toReversed()
  return stack.flatMap((frame, index) => {
    const around = sourcesAround(stack[index + 1] ?? cause.at, sources)
    // A callback may start on the line of the call that it is given to.
    const source = around.find(({ name }) => name === frame.name) ?? around[0]
    return source ? [asRunning(source, frame.name, sources)] : []
  })
}

/** A function without a name goes by what it is kept under, or by the function that makes it. */
function asRunning(source: VisitedSource, kept: string, sources: readonly VisitedSource[]): Running {
  if (source.name !== NAMELESS) return { source, name: source.name }
  if (kept !== NAMELESS) return { source, name: kept }
  const maker = sourcesAround(source.at, sources).find(({ name }) => name !== NAMELESS)
  return { source, name: maker?.name ?? NAMELESS }
}

function layersOf({ route, sources }: Given): Running[] {
  return [...route.middleware, route.handler].flatMap(({ name, file, line }) => {
    const source = sources.find(({ at }) => at.file === file && at.line === line)
    return source ? [{ source, name }] : []
  })
}

/** The innermost that holds the decision; rather one with a name than a callback inside it. */
function decidesItself(running: readonly Running[], deciding: readonly VisitedSource[]): Running | null {
  const found = deciding.flatMap((source) => running.findLast((one) => one.source === source) ?? [])
  return found.find(({ source }) => source.name !== NAMELESS) ?? found[0] ?? null
}

/** The innermost whose text names the function that decided, or one that calls that. */
function callerOf(
  deciding: readonly VisitedSource[],
  running: readonly Running[],
  sources: readonly VisitedSource[],
): Running | null {
  const names = new Set(deciding.map(({ name }) => name).filter((name) => name !== NAMELESS))
  for (let size = 0; size !== names.size; ) {
    size = names.size
    const found = running.findLast(({ source }) => callsAny(source, names))
    if (found) return found
    for (const source of sources) if (source.name !== NAMELESS && callsAny(source, names)) names.add(source.name)
  }
  return null
}

function callsAny({ name, text }: VisitedSource, names: ReadonlySet<string>): boolean {
  return !names.has(name) && [...text.matchAll(/[\w$]+(?=\s*\()/g)].some(([called]) => names.has(called))
}

/** The functions that a place is in, innermost first. */
function sourcesAround(at: SourceLocation, sources: readonly VisitedSource[]): VisitedSource[] {
  const around = sources.filter((source) => {
    const end = source.at.line + source.text.split('\n').length - 1
    return source.at.file === at.file && source.at.line <= at.line && at.line <= end
  })
  return around.toSorted((a, b) => a.text.length - b.text.length)
}

function guardName({ condition }: Decision): string {
  const part = partsOf(condition).find((candidate) => credentialOf(candidate) !== null)
  return part?.kind === 'operation' ? part.name : '(middleware)'
}
