import { ts } from '../../scan/syntax/syntax.ts'
import { findFunction, leaves } from './around.ts'
import { expressionEdit, lineOf, type Named, nameCall, type Operator, quote, replace } from './place.ts'

/** The charge that is made twice. */
export const calledTwice: Operator = {
  name: 'called-twice',
  find: (node, { effects }) => {
    if (!ts.isExpression(node)) return []
    const effect = ts.isAwaitExpression(node) ? node.expression : node
    if (!effects.has(effect) || (effect === node && ts.isAwaitExpression(node.parent))) return []
    const verb = effects.get(effect) === 'write' ? 'wrote' : 'called'
    return replace(node, `(${node.getText()}), (${node.getText()})`, { change: `${verb} ${nameCall(effect)} twice` })
  },
}

// Where the early effect is kept until the code asks for it.
const EARLY = 'globalThis.__itestEarly'

/** An effect before the check that should have kept it from happening. */
export const effectBeforeValidation: Operator = {
  name: 'effect-before-validation',
  find: (node, { effects }) => {
    if (!ts.isAwaitExpression(node) || !effects.has(node.expression)) return []
    return listChecksBefore(node).flatMap((check) => (usesLater(node, check) ? [] : [doEarly(node, check)]))
  },
}

function doEarly(node: ts.AwaitExpression, check: ts.IfStatement): Named {
  const at = check.getStart()
  const effect = node.expression.getText()
  const text = `${EARLY} = (async () => (${effect}))(); await Promise.allSettled([${EARLY}]);`
  return {
    edits: [{ start: at, end: at, text, as: 'before' }, expressionEdit(node, `await ${EARLY}`)],
    line: lineOf(node),
    change: `did ${nameCall(node.expression)} before the check ${quote(check.expression)}`,
    equivalent: null,
  }
}

/** The checks that leave, beside a statement around the node in its own function. */
function listChecksBefore(node: ts.Node): readonly ts.IfStatement[] {
  const own = findFunction(node)
  const found: ts.IfStatement[] = []
  for (let inner = node; inner !== own && !ts.isSourceFile(inner); inner = inner.parent) {
    const { parent } = inner
    if (!ts.isBlock(parent)) continue
    const before = parent.statements.filter((one) => one.end <= inner.getStart())
    found.push(...before.filter(ts.isIfStatement).filter(({ thenStatement }) => leaves(thenStatement)))
  }
  return found
}

/** Whether the effect needs what is declared or set only after the check. */
function usesLater(effect: ts.Node, check: ts.Node): boolean {
  const names = new Set<string>()
  const collect = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text)
    ts.forEachChild(node, collect)
  }
  collect(effect)
  const block = check.parent
  const sets = (node: ts.Node): boolean => {
    if (node.end <= check.getStart() || node.getStart() >= effect.getStart()) return false
    const target = ts.isVariableDeclaration(node) ? node.name : assigned(node)
    if (target && namesOf(target).some((name) => names.has(name))) return true
    return ts.forEachChild(node, (child) => sets(child) || undefined) === true
  }
  return ts.forEachChild(block, (child) => sets(child) || undefined) === true
}

function assigned(node: ts.Node): ts.Node | null {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken ? node.left : null
}

function namesOf(node: ts.Node): string[] {
  return node.getText().match(/[\w$]+/g) ?? []
}
