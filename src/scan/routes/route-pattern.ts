/** One step of a path: fixed text, anything, or the rest whatever it is. */
type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'rest' }
  /** Matches only what is written the same way, as far as anybody can tell without a run: `:id(\d+)`, `:page?`. */
  | { readonly kind: 'pattern'; readonly text: string }

/** A path as Express reads it: case does not matter, nor does a slash at the end. */
export interface RoutePattern {
  readonly segments: readonly Segment[]
  /** What follows the segments when the path is a regular expression. */
  readonly rest: RegExp | null
  /** What it is with and without its optional parts, should it have some. */
  readonly variants: readonly RoutePattern[]
}

export function readPattern(path: string): RoutePattern {
  return { ...readPlain(path), variants: variantsOf(path).map(readPlain) }
}

function readPlain(path: string): RoutePattern {
  return { segments: path.split('/').filter(Boolean).flatMap(readSegment), rest: null, variants: [] }
}

/** `{...}` of Express 5 and `/:id?` of Express 4; of nested and of many optional parts only the whole is known. */
function variantsOf(path: string): string[] {
  const optional = [...path.matchAll(/\{([^{}]*)\}|(\/:\w+)\?/g)]
  if (optional.length === 0 || optional.length > 4 || /\{[^{}]*\{/.test(path)) return []
  return optional.reduce<string[]>(
    (paths, [whole, group, parameter]) =>
      paths.flatMap((one) => [one.replace(whole, ''), one.replace(whole, group ?? parameter ?? '')]),
    [path],
  )
}

/** A regular expression under a prefix; one that this machine can't read matches nothing. */
export function regexPattern(prefix: RoutePattern, source: string): RoutePattern {
  const [, body = source, flags = ''] = source.match(/^\/(.*)\/([a-z]*)$/s) ?? []
  return { segments: prefix.segments, rest: compile(body, flags), variants: [] }
}

function compile(body: string, flags: string): RegExp {
  try {
    return new RegExp(body, flags.replace(/[gy]/g, ''))
  } catch {
    return /(?!)/
  }
}

const REST = /^(?:\*\w*|\(\.\*\)|\{\*\w+\}|:\w+\(\.\*\))$/

function readSegment(text: string): Segment | Segment[] {
  // A wildcard of Express 5 has a name, and takes one segment at least.
  if (/^\*\w+$/.test(text)) return [{ kind: 'any' }, { kind: 'rest' }]
  if (REST.test(text)) return { kind: 'rest' }
  if (/^:\w+$/.test(text)) return { kind: 'any' }
  return /[:*?+(){}[\]]/.test(text) ? { kind: 'pattern', text } : { kind: 'literal', text: text.toLowerCase() }
}

/** Whether every request that `path` stands for passes a mount at `prefix`. */
export function isMountedAbove(prefix: RoutePattern, path: RoutePattern): boolean {
  return matches(prefix, path, true)
}

/** Whether every request that `path` stands for is one for `pattern` too. */
export function coversPath(pattern: RoutePattern, path: RoutePattern): boolean {
  return matches(pattern, path, false)
}

/** Whether a mount at `prefix`, under whatever other mounts, can be on the way to a path. */
export function mayLeadTo(prefix: RoutePattern, path: RoutePattern): boolean {
  if (prefix.rest || path.rest) return true
  const starts = [...path.segments.keys(), path.segments.length]
  return starts.some((start) =>
    prefix.segments.every((segment, index) => {
      const actual = path.segments[start + index]
      if (segment.kind !== 'literal') return segment.kind === 'rest' || actual !== undefined
      return actual?.kind === 'literal' && actual.text === segment.text
    }),
  )
}

function matches(wanted: RoutePattern, given: RoutePattern, isPrefix: boolean): boolean {
  return [wanted, ...wanted.variants].some((variant) => matchesPlain(variant, given, isPrefix))
}

function matchesPlain(wanted: RoutePattern, given: RoutePattern, isPrefix: boolean): boolean {
  for (const [index, segment] of wanted.segments.entries()) {
    if (segment.kind === 'rest') return true
    const actual = given.segments[index]
    if (!actual || !coversSegment(segment, actual)) return false
  }
  const left = given.segments.slice(wanted.segments.length)
  if (wanted.rest) return given.rest ? wanted.rest.source === given.rest.source : wanted.rest.test(sample(left))
  return isPrefix || (left.length === 0 && given.rest === null)
}

function coversSegment(wanted: Segment, given: Segment): boolean {
  if (wanted.kind === 'any') return given.kind !== 'rest'
  if (wanted.kind === 'literal') return given.kind === 'literal' && given.text === wanted.text
  return wanted.kind === 'pattern' && given.kind === 'pattern' && wanted.text === given.text
}

/** A request's path for what is left, to try a regular expression on. */
function sample(segments: readonly Segment[]): string {
  return `/${segments.map((segment) => ('text' in segment && segment.kind === 'literal' ? segment.text : '1')).join('/')}`
}

interface Branch<T> {
  readonly literals: Map<string, Branch<T>>
  readonly patterns: Map<string, Branch<T>>
  any: Branch<T> | null
  readonly ending: { readonly order: number; readonly value: T }[]
  readonly resting: { readonly order: number; readonly value: T }[]
}

export interface PatternIndex<T> {
  add(pattern: RoutePattern, value: T): void
  /** What was added under patterns that cover the given one, in the order in which it was added. */
  covering(pattern: RoutePattern): T[]
}

/** Patterns as a tree, so that asking which of them cover one costs what that one is long, not how many there are. */
export function createPatternIndex<T>(): PatternIndex<T> {
  const root = branch<T>()
  const regexes: { readonly order: number; readonly value: T; readonly pattern: RoutePattern }[] = []
  let order = 0
  return {
    add(pattern, value) {
      order += 1
      if (pattern.rest) return void regexes.push({ order, value, pattern })
      for (const { segments } of [pattern, ...pattern.variants]) plant(root, segments, { order, value })
    },
    covering(pattern) {
      const byRegex = regexes.filter((one) => coversPath(one.pattern, pattern))
      const found = [...collect(root, pattern, 0), ...byRegex].sort((a, b) => a.order - b.order)
      return [...new Set(found.map(({ value }) => value))]
    },
  }
}

function plant<T>(root: Branch<T>, segments: readonly Segment[], entry: Branch<T>['ending'][number]): void {
  let current = root
  for (const segment of segments) {
    if (segment.kind === 'rest') return void current.resting.push(entry)
    current = grow(current, segment)
  }
  current.ending.push(entry)
}

function branch<T>(): Branch<T> {
  return { literals: new Map(), patterns: new Map(), any: null, ending: [], resting: [] }
}

function grow<T>(current: Branch<T>, segment: Exclude<Segment, { kind: 'rest' }>): Branch<T> {
  if (segment.kind === 'any') {
    current.any ??= branch()
    return current.any
  }
  const among = segment.kind === 'literal' ? current.literals : current.patterns
  const next = among.get(segment.text) ?? branch<T>()
  among.set(segment.text, next)
  return next
}

function collect<T>(current: Branch<T>, pattern: RoutePattern, depth: number): Branch<T>['ending'] {
  const segment = pattern.segments[depth]
  if (!segment) return [...current.resting, ...(pattern.rest ? [] : current.ending)]
  if (segment.kind === 'rest') return [...current.resting]
  const named =
    segment.kind === 'any' ? null : (segment.kind === 'literal' ? current.literals : current.patterns).get(segment.text)
  return [
    ...current.resting,
    ...[current.any, named].flatMap((next) => (next ? collect(next, pattern, depth + 1) : [])),
  ]
}
