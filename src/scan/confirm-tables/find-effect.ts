import { isDeclaration } from '../syntax/is-declaration.ts'
import { ts } from '../syntax/syntax.ts'

/** Global names that only compute. */
const GLOBALS = new Set(
  'undefined NaN Infinity Object Array String Number Boolean BigInt Symbol Date Math JSON Reflect RegExp Map Set WeakMap WeakSet Promise Error TypeError RangeError Intl URL URLSearchParams TextEncoder TextDecoder parseInt parseFloat isNaN isFinite encodeURIComponent decodeURIComponent structuredClone crypto console Buffer Uint8Array arguments'.split(
    ' ',
  ),
)

/** Methods whose callbacks run when rows are written or input is checked, not when the schema is imported. */
const LATER = new Set(
  '$default $defaultFn $onUpdate $onUpdateFn refine superRefine transform check catch overwrite toDriver fromDriver'.split(
    ' ',
  ),
)

/**
 * Why running the top level of a module might do more than declare things; null when it does nothing else. Reads
 * JavaScript: the names that it uses are its own, imported (the caller judges those), or known to only compute.
 */
export function findEffect(tree: ts.SourceFile): string | null {
  const declared = collectNames(tree)
  return search(tree, (node) => {
    if (ts.isMetaProperty(node)) return 'reads import.meta'
    if (node.kind === ts.SyntaxKind.ImportKeyword && ts.isCallExpression(node.parent)) return 'imports while it runs'
    if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) return 'waits for something'
    if (!ts.isIdentifier(node) || !isReference(node)) return null
    if (COMMON_JS.has(node.text) && isCommonJs(tree)) return node.text === 'require' ? judgeRequire(node) : null
    return declared.has(node.text) || GLOBALS.has(node.text) ? null : `uses ${node.text}`
  })
}

const COMMON_JS = new Set(['require', 'module', 'exports'])

/** A script that imports and exports nothing in the way of ES modules. */
export function isCommonJs(tree: ts.SourceFile): boolean {
  return !tree.statements.some(
    (statement) =>
      ts.isImportDeclaration(statement) ||
      ts.isExportDeclaration(statement) ||
      ts.isExportAssignment(statement) ||
      hasExportWord(statement),
  )
}

function hasExportWord(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
}

/** What is required under a plain name is judged like an import. */
function judgeRequire({ parent }: ts.Identifier): string | null {
  const isPlain =
    ts.isCallExpression(parent) && parent.arguments.length === 1 && parent.arguments.every(ts.isStringLiteralLike)
  return isPlain ? null : 'requires what only a run knows'
}

function search(node: ts.Node, judge: (node: ts.Node) => string | null): string | null {
  const found = judge(node)
  if (found !== null) return found
  return ts.forEachChild(node, (child) => (isLater(child) ? undefined : (search(child, judge) ?? undefined))) ?? null
}

/** A callback of `$defaultFn` and the like, and a method such as `toDriver() {}`. */
function isLater(node: ts.Node): boolean {
  if (ts.isMethodDeclaration(node)) return LATER.has(node.name.getText())
  if (!ts.isArrowFunction(node) && !ts.isFunctionExpression(node)) return false
  const { parent } = node
  if (ts.isPropertyAssignment(parent)) return LATER.has(parent.name.getText())
  return (
    ts.isCallExpression(parent) &&
    parent.expression !== node &&
    ts.isPropertyAccessExpression(parent.expression) &&
    LATER.has(parent.expression.name.text)
  )
}

/** Every name that the module declares anywhere: scopes are not told apart. */
function collectNames(tree: ts.SourceFile): Set<string> {
  const names = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (isDeclaration(node) && node.name && ts.isIdentifier(node.name)) names.add(node.name.text)
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return names
}

/** Whether the identifier stands for a value, and is no name of a member or a declaration. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node
  if (ts.isShorthandPropertyAssignment(parent)) return true
  if (ts.isBindingElement(parent)) return parent.initializer === node
  if (ts.isExportSpecifier(parent))
    return !parent.parent.parent.moduleSpecifier && (parent.propertyName ?? parent.name) === node
  return !(
    ts.isImportSpecifier(parent) ||
    ts.isNamespaceExport(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isAccessor(parent) ||
    ts.isLabeledStatement(parent) ||
    ts.isBreakOrContinueStatement(parent)
  )
}
