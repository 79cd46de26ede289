import { locate, type ts } from '../syntax/syntax.ts'
import type { Expression } from '../types.ts'
import { answerAtStart } from './answers-at-start.ts'
import { noteAssumed, noteTaken } from './assumptions.ts'
import { listedAnswer, rememberList } from './listed.ts'
import { impliedParts, isAboveNone, isEmpty, logicalAnswer, wrapper } from './logical.ts'
import { type Machine, RECORD_STEPS, type Run } from './machine.ts'
import { noteMissing } from './nothing.ts'
import { partAnswer } from './parts.ts'
import { settledAnswer } from './settled.ts'
import { certainAnswer, isNone, simplerCondition } from './truthiness.ts'
import type { Value } from './values.ts'

/**
 * Which way a condition goes. Known values decide for themselves; a symbol is decided once per run, and what that implies
 * for other conditions is kept. At the top level of a module both ways matter but only one can be taken.
 */
export function decide(machine: Machine, value: Value, node: ts.Node, wanted?: boolean): boolean {
  if (value.kind === 'literal') {
    noteAssumed(machine, value, node)
    return Boolean(value.value)
  }
  if (value.kind !== 'symbol') return true
  const { name, operand } = wrapper(value.expression)
  if (name === '!' && operand) return !decide(machine, { kind: 'symbol', expression: operand }, node, wanted)
  if (operand) return decide(machine, { kind: 'symbol', expression: operand }, node, wanted)
  const condition = simplerCondition(value.expression)
  const certain = certainAnswer(condition)
  if (certain !== null) return certain
  const preferred = wanted ?? !isUnlikely(condition)
  const { run } = machine
  if (!run) return decideAtTopLevel(machine, { condition, preferred, node })
  const implied =
    run.certain(condition) ??
    aboutIssues(condition) ??
    impliedAnswer(run, condition) ??
    settledAnswer(machine, condition)
  if (implied !== null) return implied
  const open = openSide(machine, condition)
  if (open) return decide(machine, { kind: 'symbol', expression: open }, node, wanted)
  if (run.isOver) return preferred
  machine.steps += RECORD_STEPS
  const taken = run.choose(preferred)
  remember(run, condition, taken)
  run.decisions.push({ condition, taken, at: locate(machine.root, node) })
  return taken
}

/** What this run has decided of an expression's truth, without deciding anything; null: nothing. */
export function knownAnswer(machine: Machine, expression: Expression): boolean | null {
  const { run } = machine
  const { name, operand } = wrapper(expression)
  if (!run || operand) {
    const known = operand && knownAnswer(machine, operand)
    return known === null ? null : known !== (name === '!')
  }
  return certainAnswer(expression) ?? run.certain(expression) ?? impliedAnswer(run, expression)
}

/** The side of `a || b` that decides it when the other is known to be false, and of `a && b` when it is true. */
function openSide(machine: Machine, condition: Expression): Expression | null {
  if (condition.kind !== 'operation' || !/^(?:&&|\|\|)$/.test(condition.name)) return null
  const [left, right, ...others] = condition.operands
  if (!left || !right || others.length > 0) return null
  const passing = condition.name === '&&'
  if (knownAnswer(machine, left) === passing) return right
  return knownAnswer(machine, right) === passing ? left : null
}

/** Asking whether something is missing: the way on usually is that it is there. */
function isUnlikely(condition: Expression): boolean {
  if (condition.kind !== 'operation') return false
  if (/^(?:is nullish|callback error)$/.test(condition.name) || asksQueryString(condition)) return true
  const equals = condition.name === '===' ? condition.operands[1] : undefined
  return equals !== undefined && (isEmpty(equals) || (equals.kind === 'literal' && equals.value === 'bigint'))
}

/** A word that is looked for in a request's address and not in its path would have to be in the query string. */
function asksQueryString({ name, operands: [text] }: Extract<Expression, { kind: 'operation' }>): boolean {
  if (name !== 'includes' || text?.kind !== 'operation' || text.name !== 'concat') return false
  const last = text.operands.at(-1)
  return last?.kind === 'operation' && last.name === 'query string'
}

interface Guess {
  readonly condition: Expression
  readonly preferred: boolean
  readonly node: ts.Node
}

function decideAtTopLevel(machine: Machine, { condition, preferred, node }: Guess): boolean {
  const settled = answerAtStart(machine, condition, node)
  if (settled === null) machine.guesses += 1
  const taken = settled ?? preferred
  noteTaken(machine, condition, taken, node)
  return taken
}

function impliedAnswer(run: Run, condition: Expression): boolean | null {
  const remembered = run.known.get(run.keyOf(condition))
  if (remembered !== undefined) return remembered
  const part = partAnswer(run, condition) ?? logicalAnswer(condition, (one) => impliedAnswer(run, one))
  if (part !== null) return part
  if (sameQuestions(condition).some((one) => run.known.get(run.keyOf(one)) === true)) return true
  const subject = subjectOf(condition)
  if (!subject) return impliedTruth(run, condition)
  const key = run.keyOf(subject.expression)
  const equal = run.equals.get(key)
  if (equal !== undefined) return equal === JSON.stringify(subject.equals)
  const listed = listedAnswer(run, subject)
  if (listed !== null) return listed
  const truth = run.known.get(key) ?? partAnswer(run, subject.expression)
  const isThere = truth === true || isKnownThere(run, subject.expression)
  if (isThere && isNone(subject.equals)) return false
  if (truth === null) return null
  return truth === !isEmpty(subject.equals) ? null : false
}

function isKnownThere(run: Run, operand: Expression): boolean {
  return run.known.get(run.keyOf({ kind: 'operation', name: 'is nullish', operands: [operand] })) === false
}

/** What is true of a condition's own when one of these is: a text that is not empty stays so, equal bytes are equal. */
function sameQuestions(condition: Expression): Expression[] {
  if (condition.kind !== 'operation') return []
  const { name, operands } = condition
  if (name === 'String') return operands.slice(0, 1)
  const isComparison = /(?:^|\.)timingSafeEqual$/.test(name)
  return isComparison
    ? [operands, operands.toReversed()].map((both) => ({ ...condition, name: 'equals', operands: both }))
    : []
}

/** The list of what a validator found wrong has at least one entry. */
function aboutIssues(condition: Expression): boolean | null {
  if (condition.kind !== 'operation') return null
  const [left, right] = condition.operands
  if (/ issues$/.test(condition.name)) return true
  if (left?.kind !== 'operation') return null
  if (condition.name === 'member') return aboutIssues(left) && (isCount(right) || isFirst(right)) ? true : null
  const isOfCount = left.name === 'member' && isCount(left.operands[1]) && aboutIssues(left) === true
  const isNone = right?.kind === 'literal' && right.value === 0
  if (!isOfCount || !isNone) return null
  return condition.name === '>' ? true : condition.name === '===' ? false : null
}

function isCount(name: Expression | undefined): boolean {
  return name?.kind === 'literal' && name.value === 'length'
}

function isFirst(name: Expression | undefined): boolean {
  return name?.kind === 'literal' && String(name.value) === '0'
}

function impliedTruth(run: Run, condition: Expression): boolean | null {
  if (condition.kind === 'operation' && condition.name === 'is nullish') {
    const [operand = condition] = condition.operands
    const key = run.keyOf(operand)
    const equal = run.equals.get(key)
    if (equal !== undefined) return equal === NULL || equal === MISSING
    return (run.known.get(key) ?? partAnswer(run, operand)) === true ? false : null
  }
  const key = run.keyOf(condition)
  const equal = run.equals.get(key)
  if (equal !== undefined)
    return ![
      NULL,
      MISSING,
      '{"kind":"literal","value":""}',
      '{"kind":"literal","value":0}',
      '{"kind":"literal","value":false}',
    ].includes(equal)
  return run.known.get(run.keyOf({ kind: 'operation', name: 'is nullish', operands: [condition] })) === true
    ? false
    : null
}

const NULL = JSON.stringify({ kind: 'literal', value: null })
const MISSING = JSON.stringify({ kind: 'undefined' })

/** `x` and `1` of `x === 1`. */
function subjectOf(condition: Expression): { expression: Expression; equals: Expression } | null {
  if (condition.kind !== 'operation' || condition.name !== '===') return null
  const [expression, equals] = condition.operands
  return expression && (equals?.kind === 'literal' || equals?.kind === 'undefined') ? { expression, equals } : null
}

function remember(run: Run, condition: Expression, taken: boolean): void {
  run.known.set(run.keyOf(condition), taken)
  noteMissing(run, condition, taken)
  if (taken) rememberOwners(run, condition)
  const subject = subjectOf(condition)
  if (subject && taken) run.equals.set(run.keyOf(subject.expression), JSON.stringify(subject.equals))
  rememberList(run, condition, taken)
  if (isAboveNone(condition, taken)) {
    const [count] = condition.kind === 'operation' ? condition.operands : []
    if (count) run.known.set(run.keyOf({ kind: 'operation', name: '===', operands: [count, ZERO] }), false)
  }
  for (const part of impliedParts(condition, taken)) remember(run, part.condition, part.taken)
}

const ZERO: Expression = { kind: 'literal', value: 0 }

/** What has a member that is true is there itself. */
function rememberOwners(run: Run, expression: Expression): void {
  const owner = ownerOf(expression)
  if (!owner) return
  const key = run.keyOf(owner)
  if (!run.known.has(key)) run.known.set(key, true)
  rememberOwners(run, owner)
}

function ownerOf(expression: Expression): Expression | null {
  if (expression.kind === 'input' || expression.kind === 'result')
    return expression.path.length > 0 ? { ...expression, path: expression.path.slice(0, -1) } : null
  return expression.kind === 'operation' && expression.name === 'member' ? (expression.operands[0] ?? null) : null
}
