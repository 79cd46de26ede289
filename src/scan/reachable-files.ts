import type { Machine } from './machine.ts'
import { loadModule } from './modules.ts'
import { locate, ts } from './syntax.ts'
import { walkSyntax } from './walk-syntax.ts'

/** The files and all that they import, loaded. Types are no imports; `import('./x')` with a known name is one. */
export function reachableFiles(machine: Machine, entries: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>()
  const waiting = [...entries]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file) || !machine.files.sources.includes(file)) continue
    found.add(file)
    loadModule(machine, file)
    const from = file
    const { tree } = machine.parser.parse(file)
    for (const statement of tree.statements) noteBareImport(machine, statement, from)
    for (const specifier of listImports(tree)) {
      const imported = machine.files.resolve(specifier, from)
      if (imported) waiting.push(imported)
    }
  }
  return found
}

function listImports(tree: ts.SourceFile): string[] {
  const declared = tree.statements.flatMap((statement) => {
    const isImport = ts.isImportDeclaration(statement) && !statement.importClause?.isTypeOnly
    const isExport = ts.isExportDeclaration(statement) && !statement.isTypeOnly
    if (!isImport && !isExport) return []
    const { moduleSpecifier } = statement
    return moduleSpecifier && ts.isStringLiteralLike(moduleSpecifier) ? [moduleSpecifier.text] : []
  })
  return /\b(?:require|import)\s*\(/.test(tree.text) ? [...declared, ...listCalls(tree)] : declared
}

function listCalls(tree: ts.SourceFile): string[] {
  return [...walkSyntax(tree)].flatMap((node) => {
    if (!ts.isCallExpression(node)) return []
    const [specifier] = node.arguments
    const { expression } = node
    const isImport = expression.kind === ts.SyntaxKind.ImportKeyword || isNamed(expression, 'require')
    return isImport && specifier && ts.isStringLiteralLike(specifier) ? [specifier.text] : []
  })
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name
}

/** Packages that do their work when they are imported, without a call. */
const STARTING =
  /^(?:newrelic|dd-trace\/init(?:\.js)?|elastic-apm-node\/start(?:\.js)?|@opentelemetry\/auto-instrumentations-node\/register)$/

function noteBareImport(machine: Machine, statement: ts.Statement, file: string): void {
  if (!ts.isImportDeclaration(statement) || !ts.isStringLiteralLike(statement.moduleSpecifier)) return
  const { text } = statement.moduleSpecifier
  const at = locate(machine.root, statement)
  if (/^dotenv\/config(?:\.js)?$/.test(text)) machine.boot.configFiles.push({ path: '.env', at, file })
  if (STARTING.test(text)) machine.boot.starts.push({ kind: 'telemetry', package: text, what: 'import', at, file })
}
