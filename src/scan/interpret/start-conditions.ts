import { brief, locate, ts } from '../syntax/syntax.ts'
import { walkSyntax } from '../syntax/walk-syntax.ts'
import type { StartCondition } from '../types.ts'
import { type Machine, noteUnresolved } from './machine.ts'
import { findCell, readCell, type Scope } from './scope.ts'
import { describeStop, Thrown } from './stops.ts'

/**
 * At import only one side of a condition is taken, and tests see what it registers. What the other side would register
 * belongs to the code all the same: it is registered under its condition, and asked of no request that the first side gets.
 */
export interface Choice {
  readonly condition: StartCondition
  readonly scope: Scope
}

/** The condition as it falls, for a choice that analysis made by an assumption. */
export function conditionOf(machine: Machine, node: ts.Expression, taken: boolean): StartCondition {
  return { condition: brief(node, 200), wanted: taken, holds: true, at: locate(machine.root, node) }
}

function otherwise(condition: StartCondition): StartCondition {
  return { ...condition, wanted: !condition.wanted, holds: !condition.holds }
}

/** Runs the side that was taken; what it registers depends on the condition. */
export function runTaken<T>(machine: Machine, condition: StartCondition, run: () => T): T {
  machine.startConditions.push(condition)
  try {
    return run()
  } finally {
    machine.startConditions.pop()
  }
}

/** Runs the side that was not taken if it registers something; what else it does is undone, or nobody's. */
export function runLeftOut(
  machine: Machine,
  { condition, scope }: Choice,
  side: { readonly nodes: readonly ts.Node[]; readonly run: () => unknown },
): void {
  if (!side.nodes.some((node) => registers(node, scope))) return
  const restore = side.nodes.flatMap((node) => keepVariables(node, scope))
  const { steps } = machine
  try {
    runTaken(machine, otherwise(condition), side.run)
  } catch (error) {
    const [first] = side.nodes
    if (!(error instanceof Thrown) && first) noteUnresolved(machine, describeStop(error), first)
  } finally {
    machine.steps = steps
    for (const undo of restore) undo()
  }
}

/** Whether the code at hand runs only because both sides of a condition are looked at. */
export function isLeftOut(machine: Machine): boolean {
  return machine.startConditions.some(({ holds }) => !holds)
}

export const REGISTERS = /\.(?:use|all|get|post|put|patch|delete|route)\s*\(/

/** It has a call that registers, gives a router to somebody, or is of a function that does. */
function registers(node: ts.Node, scope: Scope): boolean {
  return callsIn(node).some((call) => {
    if (isRegistration(call, scope)) return true
    const callee = ts.isIdentifier(call.expression) ? variableOf(call.expression, scope) : null
    if (callee?.kind === 'function' && callsIn(callee.node).some((inner) => isRegistration(inner, callee.scope)))
      return true
    return call.arguments.some((given) => ts.isIdentifier(given) && variableOf(given, scope)?.kind === 'router')
  })
}

function callsIn(node: ts.Node): ts.CallExpression[] {
  return [...walkSyntax(node)].filter(ts.isCallExpression)
}

/** `app.get('/path', ...)`; a client, a map or a statement of a database has methods of the same names. */
function isRegistration({ expression, arguments: [first] }: ts.CallExpression, scope: Scope): boolean {
  if (!ts.isPropertyAccessExpression(expression) || !VERBS.test(expression.name.text) || !first) return false
  const owner = expression.expression
  const known = ts.isIdentifier(owner) ? variableOf(owner, scope) : null
  return known ? known.kind === 'router' : ROUTERS.test(owner.getText())
}

const VERBS = /^(?:use|all|get|post|put|patch|delete|head|options|route)$/
const ROUTERS = /(?:app|api|router|routes|server)(?:\.route\(.*\))?$/is

function variableOf(name: ts.Identifier, scope: Scope): ReturnType<typeof readCell> | null {
  const cell = findCell(scope, name.text)
  return cell ? readCell(cell) : null
}

/** What puts back the variables that a piece of code writes. */
function keepVariables(node: ts.Node, scope: Scope): (() => void)[] {
  return [...walkSyntax(node)].flatMap((current) => {
    const isWrite = ts.isBinaryExpression(current) && current.operatorToken.kind === ts.SyntaxKind.EqualsToken
    const cell = isWrite && ts.isIdentifier(current.left) ? findCell(scope, current.left.text) : null
    if (!cell) return []
    const { value } = cell
    return [
      () => {
        cell.value = value
      },
    ]
  })
}
