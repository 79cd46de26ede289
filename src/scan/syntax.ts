import path from 'node:path'
import { Project, ts } from 'ts-morph'
import { UserError } from '../errors.ts'
import type { SourceLocation } from './types.ts'

export { ts }

export interface Parser {
  /** The syntax tree of a file; `errors` are its syntax errors, the tree is usable all the same. */
  parse(file: string): { tree: ts.SourceFile; errors: readonly SyntaxProblem[] }
}

export interface SyntaxProblem {
  readonly message: string
  readonly line: number
}

/** Parses files with ts-morph. No types and no library files are loaded: the scan needs syntax only. */
export function createParser(): Parser {
  const project = new Project({
    skipAddingFilesFromTsConfig: true,
    skipFileDependencyResolution: true,
    skipLoadingLibFiles: true,
    compilerOptions: { allowJs: true },
  })
  return {
    parse(file) {
      const tree = readTree(project, file)
      return { tree, errors: readSyntaxErrors(tree) }
    },
  }
}

/** The parser's own stack ends on code that is nested thousands deep: such a file counts as one that can't be read. */
function readTree(project: Project, file: string): ts.SourceFile {
  try {
    return project.addSourceFileAtPath(file).compilerNode
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new UserError(`${path.basename(file)} is nested too deeply to be read`, {
      hint: 'Is it generated? Exclude it, or split its expressions.',
      cause,
    })
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

export function relativePath(root: string, file: string): string {
  const prefix = root.endsWith('/') ? root : `${root}/`
  return file.startsWith(prefix) ? file.slice(prefix.length) : file
}

/** The text of a node on one line, cut at `limit` characters. */
export function brief(node: ts.Node, limit = 80): string {
  const text = node.getText().replace(/\s+/g, ' ')
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text
}

export function skipParentheses(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) ? skipParentheses(node.expression) : node
}
