import { locate, ts } from '../syntax/syntax.ts'
import { walkSyntax } from '../syntax/walk-syntax.ts'
import type { Decision, Expression, SourceLocation } from '../types.ts'
import { makeError } from './error-values.ts'
import type { Machine, Run } from './machine.ts'
import { Thrown } from './stops.ts'
import { recordThrow } from './trace-events.ts'
import { isNullish, type LiteralValue, literal, UNDEFINED, type Value } from './values.ts'

const NULL: LiteralValue = { kind: 'literal', value: null, isMade: true }
const MISSING: LiteralValue = { kind: 'literal', value: undefined, isMade: true }

/** `req.body` of a request that has none, where nothing makes an object of it. */
export const NO_BODY: LiteralValue = { kind: 'literal', value: undefined, isMade: true }

/** Where requests without a body failed for that, by their decisions, and how much had happened by then. */
export type NoBodyLog = Map<
  readonly Decision[],
  { readonly at: SourceLocation; readonly after: number; readonly decided: number }
>

/**
 * `null` or `undefined` that the code itself makes for a request. What it holds at import may be filled before the first
 * request comes, and what analysis knows no better is `UNDEFINED`.
 */
export function makeNothing(machine: Machine, value: null | undefined): LiteralValue {
  if (!machine.run) return value === null ? literal(null) : UNDEFINED
  return value === null ? NULL : MISSING
}

/** What code certainly made nothing, or nobody sent. */
export function isCertainlyNothing(value: Value): boolean {
  return value.kind === 'literal' && value.isMade === true
}

/** Whether the value is `null` or `undefined`, be it only because this run decided so. */
export function isNothing(machine: Machine, value: Value): boolean {
  return isNullish(value) || (value.kind === 'symbol' && isFoundMissing(machine, value.expression))
}

function isFoundMissing({ run }: Machine, expression: Expression): boolean {
  return run !== null && run.missing.size > 0 && run.missing.has(run.keyOf(expression))
}

/** JavaScript's error for a use of what certainly is nothing; nothing happens to what may only look so. */
export function refuseNothing(machine: Machine, value: Value, { use, node }: { use: string; node: ts.Node }): void {
  if (!machine.run || machine.run.isOver || !isNothing(machine, value)) return
  if (value.kind === 'literal' && (!value.isMade || mayBeFilled(node))) return
  const what = value.kind === 'literal' ? `${value.value}` : 'undefined or null'
  const error = makeError('TypeError', literal(use.replace('%', what)))
  recordThrow(machine, error, node)
  if (value === NO_BODY) noteNoBody(machine, machine.run, node)
  throw new Thrown(error)
}

function noteNoBody({ root, noBody }: Machine, { decisions, nextEvent }: Run, node: ts.Node): void {
  if (noBody?.has(decisions)) return
  noBody?.set(decisions, { at: locate(root, node), after: nextEvent, decided: decisions.length })
}

/** `let found = null` that a callback fills, whose calls analysis may not see. */
function mayBeFilled(node: ts.Node): boolean {
  const owner = ownerOf(node)
  if (!owner || !ts.isIdentifier(owner)) return false
  const reader = functionAround(owner)
  return [...walkSyntax(owner.getSourceFile())].some(
    (one) =>
      ts.isBinaryExpression(one) &&
      one.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      ts.isIdentifier(one.left) &&
      one.left.text === owner.text &&
      functionAround(one) !== reader,
  )
}

/** What a member, a pattern or a call is read from. */
function ownerOf(node: ts.Node): ts.Node | undefined {
  if (ts.isBindingElement(node))
    return ts.isVariableDeclaration(node.parent.parent) ? node.parent.parent.initializer : undefined
  const isUse = ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node) || ts.isCallExpression(node)
  return isUse || ts.isForOfStatement(node) ? node.expression : node
}

function functionAround(node: ts.Node): ts.Node | undefined {
  return ts.findAncestor(node.parent, ts.isFunctionLike)
}

/** Keeps what a decision says of a value's being there. */
export function noteMissing(run: Run, condition: Expression, taken: boolean): void {
  if (!taken && isObject(run, condition)) run.missing.add(run.keyOf(condition))
  if (condition.kind !== 'operation') return
  const [subject, other] = condition.operands
  if (!subject || !taken) return
  const isNull = other?.kind === 'undefined' || (other?.kind === 'literal' && other.value === null)
  if (condition.name === 'is nullish' || (condition.name === '===' && isNull)) run.missing.add(run.keyOf(subject))
}

/** A row, and what packages put on a request: an object where it is there at all. */
function isObject({ events }: Run, expression: Expression): boolean {
  if (expression.kind === 'operation') return /^request\.(?:user|auth|session)$/.test(expression.name)
  if (expression.kind !== 'result' || expression.path.length !== 1 || expression.path[0] !== '0') return false
  return events.some(({ id, kind }) => id === expression.event && kind === 'db')
}
