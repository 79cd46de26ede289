import { ts } from '../../scan/syntax/syntax.ts'
import { findStatus, isAnswer, isNext, leaves } from './around.ts'
import { type Named, type Operator, quote, replace } from './place.ts'

/** What a check is there for, by what it answers. */
const KINDS: readonly (readonly [(status: number) => boolean, string])[] = [
  [(status) => status < 300, 'ignored-lookup'],
  [(status) => status === 401 || status === 403, 'removed-auth-check'],
  [(status) => status === 404, 'removed-existence-check'],
  [(status) => status === 409, 'removed-conflict-check'],
  [(status) => status === 400 || status === 422, 'removed-validation'],
]

/** A condition that turns requests away lets all of them pass, and one of any kind falls always the same way. */
export const removedCheck: Operator = {
  name: 'condition',
  find: (node) => {
    if (ts.isIfStatement(node)) return isGuard(node) ? skipGuard(node) : decide(node.expression, 'condition')
    if (ts.isConditionalExpression(node)) return decide(node.condition, 'condition')
    return []
  },
}

function isGuard({ thenStatement, elseStatement }: ts.IfStatement): boolean {
  return elseStatement === undefined && (leaves(thenStatement) || endsByNext(thenStatement))
}

function endsByNext(statement: ts.Statement): boolean {
  const last = ts.isBlock(statement) ? statement.statements.at(-1) : statement
  return last !== undefined && ts.isExpressionStatement(last) && (isNext(last.expression) || findStatus(last) !== null)
}

function skipGuard({ expression, thenStatement }: ts.IfStatement): Named[] {
  const operator = nameGuard(thenStatement)
  const skipped = replace(expression, 'false', { change: `skipped the check ${quote(expression)}` })
  const always = replace(expression, 'true', { change: `took ${quote(expression)} for true` })
  return [
    ...skipped.map((change) => ({ ...change, operator })),
    ...always.map((change) => ({ ...change, operator: 'condition' })),
  ]
}

/** An answer without a status is a 200: the request was answered already, by what had been looked up. */
function nameGuard(then: ts.Statement): string {
  const status = findStatus(then) ?? (hasAnswer(then) ? 200 : null)
  return KINDS.find(([fits]) => status !== null && fits(status))?.[1] ?? 'removed-check'
}

function hasAnswer(node: ts.Node): boolean {
  return isAnswer(node) || ts.forEachChild(node, (child) => hasAnswer(child) || undefined) === true
}

function decide(condition: ts.Expression, operator: string): Named[] {
  return ['true', 'false'].flatMap((text) =>
    replace(condition, text, { change: `took ${quote(condition)} for ${text}` }).map((change) => ({
      ...change,
      operator,
    })),
  )
}
