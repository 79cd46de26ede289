import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Frame } from '../run/types.ts'
import { parseText, ts } from '../scan/syntax/syntax.ts'
import { readTestNames, type TestNames } from '../test-files/test-calls.ts'

/** One file of the project as its syntax stands, with what a reader of a test needs of it. */
export interface Source {
  readonly file: string
  readonly tree: ts.SourceFile
  /** Local names of what is imported from Vitest: `before` for `import { beforeEach as before }`. */
  readonly aliases: ReadonlyMap<string, string>
  /** Names that declare tests and suites. */
  readonly names: TestNames
  /** Names imported from other files of the project, and from where. */
  readonly imported: ReadonlyMap<string, string>
  /** Every use of a name, but for its declaration. */
  readonly uses: ReadonlyMap<string, readonly ts.Identifier[]>
}

export type ReadSource = (file: string) => Source | null

const READABLE = /\.[cm]?[jt]sx?$/
const LIMIT = 2_000_000

/** Reads files once; null for what is no code. `file` is relative to the root, or absolute. */
export function createSourceReader(root: string): ReadSource {
  const known = new Map<string, Source | null>()
  return (file) => {
    const found = known.get(file)
    if (found !== undefined) return found
    const source = READABLE.test(file) ? read(resolve(root, file), file) : null
    known.set(file, source)
    return source
  }
}

/** The innermost node at a place of a stack; the place may lie at the end of a name. */
export function findNode({ tree }: Source, { line, column }: Frame): ts.Node | null {
  const starts = tree.getLineStarts()
  const start = starts[line - 1]
  if (start === undefined) return null
  const position = Math.min(start + column - 1, tree.text.length)
  let found: ts.Node = tree
  const visit = (node: ts.Node): void => {
    if (position < node.getStart(tree) || position > node.end) return
    if (position === node.end && found.end > node.end && ts.isStatement(node)) return
    found = node
    ts.forEachChild(node, visit)
  }
  ts.forEachChild(tree, visit)
  return found === tree ? null : found
}

function read(path: string, file: string): Source | null {
  try {
    if (statSync(path).size > LIMIT) return null
    const { tree } = parseText(path, readFileSync(path, 'utf8'))
    return { file, tree, ...readImports(tree), names: readTestNames(tree), uses: readUses(tree) }
  } catch {
    // Frames name files that are not there any more, or never were.
    return null
  }
}

function readImports(tree: ts.SourceFile): { aliases: Map<string, string>; imported: Map<string, string> } {
  const aliases = new Map<string, string>()
  const imported = new Map<string, string>()
  for (const statement of tree.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue
    const from = statement.moduleSpecifier.text
    const bindings = statement.importClause?.namedBindings
    const named = bindings && ts.isNamedImports(bindings) ? bindings.elements : []
    for (const { name, propertyName } of named) {
      if (from === 'vitest') aliases.set(name.text, (propertyName ?? name).text)
      else if (from.startsWith('.')) imported.set(name.text, from)
    }
    const single = statement.importClause?.name
    if (single && from.startsWith('.')) imported.set(single.text, from)
  }
  return { aliases, imported }
}

function readUses(tree: ts.SourceFile): Map<string, ts.Identifier[]> {
  const uses = new Map<string, ts.Identifier[]>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && !isDeclaring(node)) uses.set(node.text, [...(uses.get(node.text) ?? []), node])
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return uses
}

function isDeclaring(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node
  if (ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent)) {
    return parent.name === node
  }
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent)) return parent.name === node
  if (ts.isImportSpecifier(parent) || ts.isImportClause(parent)) return true
  return (ts.isFunctionDeclaration(parent) || ts.isFunctionExpression(parent)) && parent.name === node
}
