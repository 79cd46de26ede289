import path from 'node:path'
import { ts } from '@ts-morph/common'
import type { SourceLocation } from '../types.ts'
import { codeOf } from './comments.ts'

export { ts }

export interface Parser {
  /** The syntax tree of a file; `errors` are its syntax errors, the tree is usable all the same. */
  parse(file: string): { tree: ts.SourceFile; errors: readonly SyntaxProblem[] }
}

export interface SyntaxProblem {
  readonly message: string
  readonly line: number
}

/** Parses files with the compiler of ts-morph. No program, no types, no library files: the scan needs syntax only. */
export function createParser(read: (file: string) => string | null): Parser {
  const trees = new Map<string, ReturnType<Parser['parse']>>()
  return {
    parse(file) {
      const known = trees.get(file) ?? parseText(file, read(file) ?? '')
      trees.set(file, known)
      return known
    },
  }
}

/** What stands in comments says nothing about what runs. */
const PARSING: ts.CreateSourceFileOptions = {
  languageVersion: ts.ScriptTarget.ESNext,
  jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
}

/** The parser's own stack ends on code that is nested thousands deep: such a file counts as one that can't be read. */
export function parseText(file: string, text: string): ReturnType<Parser['parse']> {
  try {
    const tree = ts.createSourceFile(file, text, PARSING, true)
    return { tree, errors: readSyntaxErrors(tree) }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const tree = ts.createSourceFile(file, '', PARSING, true)
    return { tree, errors: [{ message: 'nested too deeply to be read', line: 1 }] }
  }
}

function readSyntaxErrors(tree: ts.SourceFile): SyntaxProblem[] {
  // `parseDiagnostics` is not in the public type, and a program, which would tell, costs a second.
  const raw: unknown = Reflect.get(tree, 'parseDiagnostics')
  if (!Array.isArray(raw)) return []
  return raw.map((diagnostic: ts.Diagnostic) => ({
    message: ts.flattenDiagnosticMessageText(diagnostic.messageText, ' '),
    line: tree.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line + 1,
  }))
}

export function locate(root: string, node: ts.Node): SourceLocation {
  const tree = node.getSourceFile()
  return {
    file: relativePath(root, tree.fileName),
    line: tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1,
  }
}

/** Where a node stands, the same for two parses of a file. */
export function siteOf(node: ts.Node): string {
  return `${node.getSourceFile().fileName}:${node.end}`
}

/** Relative to the root, forward slashes; a package beside the root begins with `../`. */
export function relativePath(root: string, file: string): string {
  const prefix = root.endsWith('/') ? root : `${root}/`
  if (file.startsWith(prefix)) return file.slice(prefix.length)
  return path.isAbsolute(file) ? path.relative(root, file).split(path.sep).join('/') : file
}

/** The text of a node on one line, without comments, cut at `limit` characters. */
export function brief(node: ts.Node, limit = 80): string {
  const text = codeOf(node, { from: node.getStart(), to: node.end }).replace(/\s+/g, ' ')
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text
}

export function skipParentheses(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) ? skipParentheses(node.expression) : node
}

/** Expressions that have the value of the one inside. */
export type Transparent =
  | ts.ParenthesizedExpression
  | ts.AsExpression
  | ts.NonNullExpression
  | ts.SatisfiesExpression
  | ts.TypeAssertion

export function isTransparent(node: ts.Expression): node is Transparent {
  return (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isTypeAssertionExpression(node)
  )
}
