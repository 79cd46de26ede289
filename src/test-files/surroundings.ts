import { brief, ts } from '../scan/syntax/syntax.ts'
import { canonical, shortHash } from './canonical.ts'
import { readTestCall, type TestCall, type TestNames } from './test-calls.ts'

interface Surroundings {
  readonly suites: readonly TestCall[]
  readonly tree: ts.SourceFile
  readonly names: TestNames
}

/**
 * What else of its file a test depends on, as `hash beginning`, sorted: hooks and all that runs by itself, and the
 * imports and declarations that it names, or that these name. What only other tests need is not among them.
 */
export function readAround(test: TestCall, { suites, tree, names }: Surroundings): string[] {
  const blocks = [tree.statements, ...suites.map((suite) => statementsOf(suite.node))]
  const parts = blocks.flat().flatMap((statement) => readParts(statement, names))
  const needed = new Set(parts.filter(({ declares }) => declares === null))
  const wanted = new Set([test.node, ...suites.flatMap(({ node }) => node.arguments[0] ?? [])].flatMap(namesIn))
  for (const part of needed) for (const name of part.uses) wanted.add(name)
  for (let size = -1; size !== needed.size; ) {
    size = needed.size
    for (const part of parts) {
      if (needed.has(part) || part.declares === null || !part.declares.some((name) => wanted.has(name))) continue
      needed.add(part)
      for (const name of part.uses) wanted.add(name)
    }
  }
  return [...needed].map(({ text, shown }) => `${shortHash(text)} ${shown}`).sort()
}

interface Part {
  /** Null: it does something by itself. */
  readonly declares: readonly string[] | null
  readonly uses: readonly string[]
  readonly text: string
  readonly shown: string
}

function statementsOf({ arguments: given }: ts.CallExpression): readonly ts.Statement[] {
  const body = given.find((argument) => ts.isArrowFunction(argument) || ts.isFunctionExpression(argument))
  return body && (ts.isArrowFunction(body) || ts.isFunctionExpression(body)) && ts.isBlock(body.body)
    ? body.body.statements
    : []
}

function readParts(statement: ts.Statement, names: Surroundings['names']): Part[] {
  if (ts.isExpressionStatement(statement) && readTestCall(statement.expression, names)) return []
  if (ts.isImportDeclaration(statement) && statement.importClause) return readImport(statement, statement.importClause)
  return [
    {
      declares: declaredNames(statement),
      uses: namesIn(statement),
      text: canonical(statement),
      shown: brief(statement, 60),
    },
  ]
}

/** One part for each name, so that another import of the same module changes nothing for this test. */
function readImport(statement: ts.ImportDeclaration, clause: ts.ImportClause): Part[] {
  const from = statement.moduleSpecifier.getText().slice(1, -1)
  const { namedBindings } = clause
  const bound = namedBindings && ts.isNamedImports(namedBindings) ? [...namedBindings.elements] : []
  const whole = namedBindings && ts.isNamespaceImport(namedBindings) ? [namedBindings] : []
  const named = [...bound, ...whole].map((node) => ({ name: node.name.text, text: canonical(node) }))
  const own = clause.name ? [{ name: clause.name.text, text: `default ${clause.name.text}` }] : []
  return [...own, ...named].map(({ name, text }) => ({
    declares: [name],
    uses: [],
    text: `${text} from ${from}`,
    shown: `${name} from ${from}`,
  }))
}

/** Of a statement that does nothing but declare; null for one that does more. */
function declaredNames(statement: ts.Statement): string[] | null {
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement))
    return statement.name && !ts.isClassDeclaration(statement) ? [statement.name.text] : classNames(statement)
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return [statement.name.text]
  if (!ts.isVariableStatement(statement)) return null
  const { declarations } = statement.declarationList
  const isQuiet = declarations.every(
    ({ name, initializer }) => ts.isIdentifier(name) && (!initializer || !doesSomething(initializer)),
  )
  return isQuiet ? declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : [])) : null
}

/** Static blocks and decorators run when the class is declared. */
function classNames(statement: ts.Statement): string[] | null {
  if (!ts.isClassDeclaration(statement) || !statement.name) return null
  const runs = statement.members.some(
    (member) => ts.isClassStaticBlockDeclaration(member) || (ts.canHaveDecorators(member) && ts.getDecorators(member)),
  )
  return runs || doesSomething(statement) ? null : [statement.name.text]
}

/** Calls, but not those inside functions that are only declared here. */
function doesSomething(node: ts.Node): boolean {
  if (ts.isFunctionLike(node)) return false
  if (ts.isCallExpression(node) || ts.isNewExpression(node) || ts.isAwaitExpression(node)) return true
  if (ts.isTaggedTemplateExpression(node) || ts.isPropertyAccessExpression(node)) return true
  return ts.forEachChild(node, (child) => doesSomething(child) || undefined) === true
}

function namesIn(node: ts.Node): string[] {
  const names: string[] = []
  const visit = (child: ts.Node): void => {
    if (ts.isIdentifier(child)) names.push(child.text)
    ts.forEachChild(child, visit)
  }
  visit(node)
  return names
}
