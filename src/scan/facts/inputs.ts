import { hasPart, usedBy } from '../expressions.ts'
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
} from '../types.ts'
import { type InputExpression, pathName, readIn, rulesOf, type ValidateEvent } from './input-rules.ts'
import { findRefusals, isOfSameLine, type Refusal } from './refusals.ts'
import { hasFailure, statusOf } from './scenarios.ts'
import { siteKey } from './site-keys.ts'

interface Gathered {
  readonly from: InputSource
  readonly path: readonly string[]
  readonly rules: { readonly shape: Shape; readonly validator: string }[]
  readonly checks: Map<string, InputCheck>
  readonly usedAt: Map<string, SourceLocation>
}

interface Given {
  readonly route: Route
  readonly isComplete: boolean
  /** What the code reads at all. */
  readonly reads: readonly { readonly from: InputSource; readonly name: string; readonly at: SourceLocation }[]
}

/** One entry for each input that the route reads or validates, in the order in which it does; its parameters first. */
export function describeInputs(scenarios: readonly Scenario[], { route, isComplete, reads }: Given): InputFact[] {
  const found = new Map<string, Gathered>()
  const refusals = findRefusals(scenarios, isComplete)
  for (const [, name] of route.path.matchAll(/[:*](\w+)/g)) if (name) gather(found, 'params', [name])
  const seen = new Set<string>()
  for (const scenario of scenarios) {
    const refusal = refusals.get(scenario)
    for (const [index, decision] of scenario.decisions.entries()) {
      if (isNew(seen, siteKey(scenario, [decision.condition, decision.at]))) gatherUses(found, decision)
      if (refusal?.index !== index || isFits(decision.condition)) continue
      if (isNew(seen, siteKey(scenario, [refusal.when, refusal.status]))) gatherCheck(found, decision, refusal)
    }
    for (const event of scenario.events) {
      for (const input of readIn(usedBy(event))) use(gather(found, input.from, input.path), event.at)
      const isCheck = event.kind === 'validate'
      if (isCheck && isNew(seen, JSON.stringify([event.at, event.subject, event.shape]))) gatherRules(found, event)
    }
  }
  gatherReads(found, reads)
  const accepted = scenarios.filter(isAccepted).map((scenario) => ({ scenario, required: requiredBy(scenario) }))
  return [...found.values()].map((input) => describe(input, accepted))
}

/** A way on which the request was taken, and what the validators on it ask for. */
interface Accepted {
  readonly scenario: Scenario
  readonly required: ReadonlySet<string>
}

function isAccepted(scenario: Scenario): boolean {
  const status = statusOf(scenario)
  if (status !== null) return status < 400
  const isRefused = scenario.events.some((event) => event.kind === 'validate' && event.outcome === 'fails')
  return !isRefused && scenario.handlers.length === 0 && !hasFailure(scenario)
}

function requiredBy({ events }: Scenario): Set<string> {
  const rules = events.flatMap((event) => (event.kind === 'validate' ? rulesOf(event) : []))
  return new Set(rules.filter(({ shape }) => isAskedFor(shape)).map(({ input }) => keyOf(input)))
}

function isAskedFor({ type, optional }: Shape): boolean {
  return type !== 'unknown' && !optional
}

function keyOf({ from, path }: Pick<InputExpression, 'from' | 'path'>): string {
  return [from, ...path].join('\n')
}

function gather(found: Map<string, Gathered>, from: InputSource, path: readonly string[]): Gathered {
  const key = keyOf({ from, path })
  const known = found.get(key) ?? { from, path, rules: [], checks: new Map(), usedAt: new Map() }
  found.set(key, known)
  return known
}

function gatherUses(found: Map<string, Gathered>, { condition, at }: Decision): void {
  if (isFits(condition)) return
  for (const input of readIn([condition])) use(gather(found, input.from, input.path), at)
}

/** A check is one of what its line asks; what was decided before says when it is made. */
function gatherCheck(found: Map<string, Gathered>, decision: Decision, refusal: Refusal): void {
  const { when, others, status } = refusal
  const check = { condition: when.condition, refusedWhen: when.taken, status, at: when.at }
  const beside = others.filter((other) => isOfSameLine(other, decision))
  for (const input of [...beside, decision].flatMap(({ condition }) => inputsAsked(condition))) {
    const { checks } = gather(found, input.from, input.path)
    checks.set(JSON.stringify([check.condition, check.refusedWhen]), check)
  }
}

/** The inputs that a condition is about; what something outside was given to find its answer is another matter. */
function inputsAsked(condition: Expression): InputExpression[] {
  if (condition.kind !== 'operation') return readIn([condition])
  const [callee] = condition.operands
  const isAnswer = condition.name === 'call' && callee !== undefined && hasPart(callee, ({ kind }) => kind === 'result')
  return isAnswer ? [] : condition.operands.flatMap(inputsAsked)
}

/** What is read and then shows nowhere, e.g. because it goes to a log only. */
function gatherReads(found: Map<string, Gathered>, reads: Given['reads']): void {
  const known = new Set([...found.values()].map(({ from, path }) => keyOf({ from, path: path.slice(0, 1) })))
  for (const { from, name, at } of reads) {
    const path = [pathName(from, name)]
    const isOfList = /^(?:length|\d+)$/.test(name)
    if (!isOfList && !known.has(keyOf({ from, path }))) use(gather(found, from, path), at)
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

function gatherRules(found: Map<string, Gathered>, event: ValidateEvent): void {
  for (const { input, shape } of rulesOf(event)) {
    // Of a whole part of the request only rules over all its fields together say anything.
    const isOfPart = input.path.length === 0 && shape.type === 'object'
    if (isOfPart && !shape.refined && shape.checks.length === 0) continue
    const known = gather(found, input.from, input.path)
    const isKnown = known.rules.some((rule) => JSON.stringify(rule.shape) === JSON.stringify(shape))
    if (!isKnown) known.rules.push({ shape, validator: event.validator })
    use(known, event.at)
  }
}

function describe({ from, path, rules, checks, usedAt }: Gathered, accepted: readonly Accepted[]): InputFact {
  const [rule, ...others] = rules
  const manual = [...checks.values()]
  const source = rules.flatMap(({ shape }) => (shape.type === 'unknown' ? [shape.text] : [])).join('\n')
  return {
    from,
    path,
    required: isRequired({ from, path }, rules, { checks: manual, accepted }),
    // What a second check asks is not shown.
    rules: rule && others.length > 0 ? { ...rule.shape, refined: true } : (rule?.shape ?? null),
    ruleSource: rule?.validator ?? (manual.length > 0 ? 'manual' : null),
    checks: manual,
    usedAt: [...usedAt.values()],
    source: source === '' ? null : source,
  }
}

/** A path parameter is always there; of others a rule or a check for presence tells, where every way makes it. */
function isRequired(
  input: Pick<Gathered, 'from' | 'path'>,
  rules: Gathered['rules'],
  { checks, accepted }: { checks: readonly InputCheck[]; accepted: readonly Accepted[] },
): boolean | null {
  if (input.from === 'params') return true
  const isAsked = checks.some((check) => asksForPresence(check, check.refusedWhen, input))
  // What another input can stand in for is passed without it on some way.
  const isOnEveryWay = accepted.every(({ scenario }) => scenario.decisions.some((one) => needs(one, input)))
  // What a validator lets pass without it may be refused later.
  if (isOnEveryWay && (isAsked || (rules.length > 0 && accepted.length > 0))) return true
  if (rules.some(({ shape }) => isAskedFor(shape)))
    return accepted.every(({ required }) => required.has(keyOf(input))) ? true : null
  return rules.length > 0 && rules.every(({ shape }) => shape.type !== 'unknown') ? false : null
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

/** What is true only where the input is there: `x.startsWith('a')`, `x.split(' ')[1]`, or that and `x` itself. */
function isPieceOf(condition: Expression, isInput: (part: Expression) => boolean): boolean {
  if (isInput(condition)) return true
  if (condition.kind !== 'operation') return false
  if (condition.name === '||') return condition.operands.every((part) => isPieceOf(part, isInput))
  const [text] = condition.operands
  return PIECES.test(condition.name) && text !== undefined && isPieceOf(text, isInput)
}

const PIECES = /^(?:startsWith|endsWith|split|member|substring|slice|replace|trim|toLowerCase|toUpperCase)$/

/** `!x`, `x === undefined`, `x == null` that lead to a refusal. */
function asksForPresence(
  { condition }: Pick<InputCheck, 'condition'>,
  refusedWhen: boolean,
  input: Pick<Gathered, 'from' | 'path'>,
): boolean {
  const isInput = (part: Expression | undefined): boolean =>
    part?.kind === 'input' && part.from === input.from && part.path.join('.') === input.path.join('.')
  if (isInput(condition) || (!refusedWhen && isPieceOf(condition, isInput))) return !refusedWhen
  if (condition.kind !== 'operation' || !isInput(condition.operands[0])) return false
  const [, other] = condition.operands
  const isEmpty = other?.kind === 'undefined' || (other?.kind === 'literal' && !other.value)
  return refusedWhen && (condition.name === 'is nullish' || (condition.name === '===' && isEmpty))
}
