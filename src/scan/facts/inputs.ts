import { askedParts, partsOf, usedBy } from '../expressions.ts'
import type {
  Decision,
  Expression,
  InputCheck,
  InputFact,
  InputSource,
  Route,
  Scenario,
  Shape,
  SourceLocation,
  TraceEvent,
} from '../types.ts'
import { findRefusals } from './refusals.ts'
import { statusOf } from './scenarios.ts'

type ValidateEvent = Extract<TraceEvent, { kind: 'validate' }>
type InputExpression = Extract<Expression, { kind: 'input' }>

interface Gathered {
  readonly from: InputSource
  readonly path: readonly string[]
  readonly rules: { readonly shape: Shape; readonly validator: string }[]
  readonly checks: Map<string, InputCheck>
  readonly usedAt: Map<string, SourceLocation>
}

/** One entry for each input that the route reads or validates, in the order in which it does; its parameters first. */
export function describeInputs(
  scenarios: readonly Scenario[],
  { route, isComplete }: { route: Route; isComplete: boolean },
): InputFact[] {
  const found = new Map<string, Gathered>()
  const refusals = findRefusals(scenarios, isComplete)
  for (const [, name] of route.path.matchAll(/[:*](\w+)/g)) if (name) gather(found, 'params', [name])
  const seen = new Set<string>()
  for (const scenario of scenarios) {
    for (const decision of scenario.decisions) {
      const status = refusals.statuses.get(decision)
      if (isNew(seen, `${refusals.numbers.get(decision)} ${status}`)) gatherDecision(found, decision, status)
    }
    for (const event of scenario.events) {
      for (const input of readIn(usedBy(event))) use(gather(found, input.from, input.path), event.at)
      const isCheck = event.kind === 'validate'
      if (isCheck && isNew(seen, JSON.stringify([event.at, event.subject, event.shape]))) gatherRules(found, event)
    }
  }
  const accepted = scenarios.filter((scenario) => (statusOf(scenario) ?? 200) < 400)
  const replaced = replacedIn(accepted)
  return [...found.values()].map((input) => describe(input, { accepted, replaced }))
}

/** Inputs in whose place a validator sees something of the code's own on some way. */
function replacedIn(scenarios: readonly Scenario[]): ReadonlySet<string> {
  const checks = scenarios.flatMap(({ events }) => events.filter((event) => event.kind === 'validate'))
  return new Set(
    checks.flatMap(({ subject, shape }) =>
      askedParts(subject, shape).flatMap(({ part, replaced }) =>
        part.kind === 'input' ? replaced.map((name) => keyOf({ from: part.from, path: [...part.path, name] })) : [],
      ),
    ),
  )
}

function keyOf({ from, path }: Pick<Gathered, 'from' | 'path'>): string {
  return [from, ...path].join('\n')
}

function gather(found: Map<string, Gathered>, from: InputSource, path: readonly string[]): Gathered {
  const key = keyOf({ from, path })
  const known = found.get(key) ?? { from, path, rules: [], checks: new Map(), usedAt: new Map() }
  found.set(key, known)
  return known
}

function gatherDecision(found: Map<string, Gathered>, decision: Decision, status: number | undefined): void {
  const { condition, taken, at } = decision
  if (isFits(condition)) return
  const check = status === undefined ? null : { condition, refusedWhen: taken, status, at }
  for (const input of readIn([condition])) {
    const known = gather(found, input.from, input.path)
    use(known, at)
    if (check) known.checks.set(JSON.stringify([check.condition, check.refusedWhen]), check)
  }
}

function isFits(condition: Expression): boolean {
  return condition.kind === 'operation' && condition.name === 'fits'
}

function isNew(seen: Set<string>, key: string): boolean {
  const isKnown = seen.has(key)
  seen.add(key)
  return !isKnown
}

function use(input: Gathered, at: SourceLocation): void {
  input.usedAt.set(`${at.file}:${at.line}`, at)
}

/** The rules of a schema over the request, over one of its parts, or over one field. */
function gatherRules(found: Map<string, Gathered>, event: ValidateEvent): void {
  for (const { part, shape } of askedParts(event.subject, event.shape)) {
    const inputs = readIn([part])
    const [input] = inputs
    if (inputs.length !== 1 || !input) continue
    gatherShape(found, input, { shape: part.kind === 'input' ? shape : ofConverted(shape), event })
  }
}

/** Rules for what the code made of an input, e.g. of `Number(req.params.id)`. */
function ofConverted(shape: Shape): Shape {
  return shape.type === 'number' ? { ...shape, coerced: true } : { ...shape, refined: true }
}

function gatherShape(
  found: Map<string, Gathered>,
  input: InputExpression,
  { shape, event }: { shape: Shape; event: ValidateEvent },
): void {
  const fields = innerShapes(shape)
  // Of a whole part of the request only rules over all its fields together say anything.
  if (shape.type !== 'object' || shape.refined || shape.checks.length > 0 || input.path.length > 0) {
    const known = gather(found, input.from, input.path)
    const isKnown = known.rules.some((rule) => JSON.stringify(rule.shape) === JSON.stringify(shape))
    if (!isKnown) known.rules.push({ shape, validator: event.validator })
    use(known, event.at)
  }
  for (const [name, field] of fields) {
    gatherShape(found, { ...input, path: [...input.path, pathName(input.from, name)] }, { shape: field, event })
  }
}

/** The fields of an object, and what stands for each item of a list. */
function innerShapes(shape: Shape): (readonly [string, Shape])[] {
  if (shape.type === 'object') return Object.entries(shape.fields)
  return shape.type === 'array' && shape.item.type === 'object' ? [['0', shape.item]] : []
}

function pathName(from: InputSource, name: string): string {
  return from === 'headers' ? name.toLowerCase() : name
}

/** The inputs that expressions read; the length of a list is read of the list. */
function readIn(expressions: readonly Expression[]): InputExpression[] {
  return expressions.flatMap(partsOf).flatMap((part) => {
    if (part.kind !== 'input') return []
    return part.path.length > 1 && part.path.at(-1) === 'length' ? [{ ...part, path: part.path.slice(0, -1) }] : [part]
  })
}

interface Ways {
  readonly accepted: readonly Scenario[]
  readonly replaced: ReadonlySet<string>
}

function describe({ from, path, rules, checks, usedAt }: Gathered, ways: Ways): InputFact {
  const [rule, ...others] = rules
  const manual = [...checks.values()]
  const source = rules.flatMap(({ shape }) => (shape.type === 'unknown' ? [shape.text] : [])).join('\n')
  return {
    from,
    path,
    required: isRequired({ from, path }, rules, { ...ways, checks: manual }),
    // What a second check asks is not shown.
    rules: rule && others.length > 0 ? { ...rule.shape, refined: true } : (rule?.shape ?? null),
    ruleSource: rule?.validator ?? (manual.length > 0 ? 'manual' : null),
    checks: manual,
    usedAt: [...usedAt.values()],
    source: source === '' ? null : source,
  }
}

/** A path parameter is always there; of others a rule or a check for presence tells. */
function isRequired(
  input: Pick<Gathered, 'from' | 'path'>,
  rules: Gathered['rules'],
  { checks, accepted, replaced }: Ways & { readonly checks: readonly InputCheck[] },
): boolean | null {
  if (input.from === 'params') return true
  if (replaced.has(keyOf(input))) return null
  const isAsked = checks.some((check) => asksForPresence(check, check.refusedWhen, input))
  // What another input can stand in for is passed without it on some way.
  if (isAsked && accepted.every(({ decisions }) => decisions.some((one) => needs(one, input)))) return true
  const known = rules.filter(({ shape }) => shape.type !== 'unknown')
  if (known.some(({ shape }) => !shape.optional)) return true
  return known.length > 0 && known.length === rules.length ? false : null
}

/** Whether the way goes on only with the input. */
function needs({ condition, taken }: Decision, input: Pick<Gathered, 'from' | 'path'>): boolean {
  return asksForPresence({ condition }, !taken, input) || (taken && isOneValue(condition, input))
}

/** `x === 'a'`, after which nobody asks whether there is an `x`. */
function isOneValue(condition: Expression, { from, path }: Pick<Gathered, 'from' | 'path'>): boolean {
  if (condition.kind !== 'operation' || condition.name !== '===') return false
  const [left, right] = condition.operands
  const isInput = left?.kind === 'input' && left.from === from && left.path.join('.') === path.join('.')
  return isInput && right?.kind === 'literal' && Boolean(right.value)
}

/** `!x`, `x === undefined`, `x == null` that lead to a refusal. */
function asksForPresence(
  { condition }: Pick<InputCheck, 'condition'>,
  refusedWhen: boolean,
  input: Pick<Gathered, 'from' | 'path'>,
): boolean {
  const isInput = (part: Expression | undefined): boolean =>
    part?.kind === 'input' && part.from === input.from && part.path.join('.') === input.path.join('.')
  if (isInput(condition)) return !refusedWhen
  if (condition.kind !== 'operation' || !isInput(condition.operands[0])) return false
  const [, other] = condition.operands
  const isEmpty = other?.kind === 'undefined' || (other?.kind === 'literal' && !other.value)
  return refusedWhen && (condition.name === 'is nullish' || (condition.name === '===' && isEmpty))
}
