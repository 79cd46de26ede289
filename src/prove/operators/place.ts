import { ts } from '../../scan/syntax/syntax.ts'
import type { Change, Edit } from '../types.ts'

/** What an operator may know beside the syntax. */
export interface Place {
  /** Calls that do something outside of the request, by the dossier. */
  readonly effects: ReadonlyMap<ts.Node, 'external' | 'write'>
  /** Columns of one type, by the name under which the code has their table. */
  readonly columns: (table: string) => readonly ColumnKey[]
  /** Whose schema the code is part of, e.g. `zod`; null: of none that checks a request. */
  readonly schemaAround: (node: ts.Node) => string | null
}

export interface ColumnKey {
  readonly key: string
  readonly type: string
}

/** One kind of bug. Pure: the same node gives the same changes. */
export interface Operator {
  readonly name: string
  find(node: ts.Node, place: Place): readonly Named[]
}

/** `operator` where one rule finds several kinds of bugs. */
export type Named = Change & { readonly operator?: string }

const LIMIT = 60

/** The text of a node on one line, as it can stand in a sentence. */
export function quote(node: ts.Node): string {
  const text = node.getText().replace(/\s+/g, ' ').replaceAll(' .', '.')
  return `\`${text.length > LIMIT ? `${text.slice(0, LIMIT - 1)}…` : text}\``
}

/** The end of a chain says more than its beginning: `db.insert(orders).values(…)` is an insert into orders. */
export function nameCall(call: ts.Node): string {
  const names: string[] = []
  for (let node: ts.Node = call; ; ) {
    if (ts.isCallExpression(node)) node = node.expression
    else if (ts.isPropertyAccessExpression(node)) {
      names.unshift(node.name.text)
      node = node.expression
    } else {
      const root = ts.isIdentifier(node) || node.kind === ts.SyntaxKind.ThisKeyword ? node.getText() : '…'
      return `\`${[root, ...names].slice(0, 3).join('.')}(…)\``
    }
  }
}

export function replace(node: ts.Expression, text: string, more: { change: string; equivalent?: string }): Change[] {
  if (!mayReplace(node)) return []
  return [
    {
      edits: [expressionEdit(node, text)],
      line: lineOf(node),
      change: more.change,
      equivalent: more.equivalent ?? null,
    },
  ]
}

/** Carries out something else, or nothing, instead of a statement. */
export function replaceStatement(node: ts.Statement, text: string, change: string): Change[] {
  const edit: Edit = { start: node.getStart(), end: node.end, text, as: 'statement' }
  return [{ edits: [edit], line: lineOf(node), change, equivalent: findUnreachable(node) }]
}

export function expressionEdit(node: ts.Expression, text: string): Edit {
  const opensStatement = opens(node)
  return {
    start: node.getStart(),
    end: node.end,
    text,
    as: 'expression',
    ...(opensStatement ? { opensStatement } : {}),
  }
}

export function lineOf(node: ts.Node): number {
  const tree = node.getSourceFile()
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1
}

function opens(node: ts.Node): boolean {
  const { parent } = node
  if (parent.getStart() !== node.getStart()) return false
  if (!ts.isExpressionStatement(parent)) return ts.isExpression(parent) && opens(parent)
  return ts.isBlock(parent.parent) || ts.isSourceFile(parent.parent) || ts.isCaseOrDefaultClause(parent.parent)
}

/** Whether the value of an expression can be chosen at run time: not where its place or its receiver counts as well. */
function mayReplace(node: ts.Expression): boolean {
  const { parent } = node
  if (ts.isExpressionStatement(parent)) return !ts.isStringLiteral(node)
  if (ts.isCallExpression(parent) && parent.expression === node) return false
  if (ts.isNewExpression(parent) && parent.expression === node) return false
  if (ts.isTaggedTemplateExpression(parent) || ts.isDeleteExpression(parent) || ts.isTypeOfExpression(parent))
    return false
  if (ts.isBinaryExpression(parent) && parent.left === node && isAssignment(parent)) return false
  if (ts.isPrefixUnaryExpression(parent) && isStep(parent.operator)) return false
  if (ts.isPostfixUnaryExpression(parent)) return false
  // `a?.b.c` is nothing as a whole when `a` is nothing.
  if (ts.isOptionalChain(parent) && parent.expression === node) return !ts.isOptionalChain(node)
  if (ts.isShorthandPropertyAssignment(parent) || ts.isPropertyName(node)) return !isNameOf(node, parent)
  return !isWord(node, parent)
}

function isNameOf(node: ts.Node, parent: ts.Node): boolean {
  return ts.isShorthandPropertyAssignment(parent) || ('name' in parent && parent.name === node) || isWord(node, parent)
}

/** Texts that the language reads, not the program. */
function isWord(node: ts.Node, parent: ts.Node): boolean {
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isEnumMember(parent)) return true
  if (ts.isExternalModuleReference(parent) || ts.isLiteralTypeNode(parent)) return true
  if (!ts.isCallExpression(parent) || !ts.isStringLiteralLike(node)) return false
  const callee = parent.expression
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require')
}

function isAssignment(node: ts.BinaryExpression): boolean {
  const { kind } = node.operatorToken
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment
}

function isStep(operator: ts.SyntaxKind): boolean {
  return operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken
}

/** A statement that stands after one which always leaves. */
function findUnreachable(node: ts.Statement): string | null {
  const { parent } = node
  if (!ts.isBlock(parent)) return null
  const before = parent.statements.slice(0, parent.statements.indexOf(node))
  const leaves = before.some((one) => ts.isReturnStatement(one) || ts.isThrowStatement(one))
  return leaves ? 'it stands after a statement that always leaves' : null
}
