import { ts } from '../../scan/syntax/syntax.ts'
import { listChain, methodName } from './around.ts'
import { type ColumnKey, type Named, type Operator, type Place, quote, replace } from './place.ts'

/** Parts of a query that it also works without. */
const CLAUSES = new Set([
  'where',
  'limit',
  'offset',
  'orderBy',
  'having',
  'for',
  'onConflictDoNothing',
  'onConflictDoUpdate',
  'onDuplicateKeyUpdate',
])

export const lostClause: Operator = {
  name: 'lost-clause',
  find: (node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return []
    const { name, expression } = node.expression
    if (!CLAUSES.has(name.text) || !ts.isCallExpression(expression)) return []
    return replace(node, expression.getText(), { change: `lost its \`.${name.text}(…)\`` }).map((change) => ({
      ...change,
      operator: name.text === 'where' ? 'lost-where' : 'lost-clause',
    }))
  },
}

/** `and(a, b)` without one of them: mostly the one that says whose row it may be. */
export const lostCondition: Operator = {
  name: 'lost-where',
  find: (node) => {
    if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return []
    if (!['and', 'or'].includes(node.expression.text) || node.arguments.length < 2) return []
    const callee = node.expression.text
    return node.arguments.flatMap((lost) => {
      const rest = node.arguments.filter((one) => one !== lost).map((one) => one.getText())
      return replace(node, `${callee}(${rest.join(', ')})`, { change: `lost the condition ${quote(lost)}` })
    })
  },
}

/** Another column of the same table and type: compared, or written. */
export const wrongColumn: Operator = {
  name: 'wrong-column',
  find: (node, place) => {
    if (ts.isPropertyAccessExpression(node)) return compareOther(node, place)
    return ts.isObjectLiteralExpression(node) ? writeOther(node, place) : []
  },
}

function compareOther(node: ts.PropertyAccessExpression, { columns }: Place): Named[] {
  if (!ts.isIdentifier(node.expression) || !ts.isCallExpression(node.parent) || node.parent.expression === node)
    return []
  const table = node.expression.text
  const all = columns(table)
  const own = all.find(({ key }) => key === node.name.text)
  const other = own && nextOf(all, own)
  if (!other) return []
  return replace(node, `${table}.${other.key}`, { change: `used \`${table}.${other.key}\` for \`${node.getText()}\`` })
}

/** The column after it with its type; from the end on from the beginning. */
function nextOf(all: readonly ColumnKey[], own: ColumnKey): ColumnKey | undefined {
  const at = all.indexOf(own)
  return [...all.slice(at + 1), ...all.slice(0, at)].find(({ type }) => type === own.type)
}

/** `values({ a, b })` with the values of `a` and `b` swapped. */
function writeOther(node: ts.ObjectLiteralExpression, { columns }: Place): Named[] {
  const call = node.parent
  if (!ts.isCallExpression(call) || !['values', 'set'].includes(methodName(call) ?? '')) return []
  const first = listChain(call).at(-1)
  const table = first?.arguments[0]
  if (!table || !ts.isIdentifier(table)) return []
  const types = new Map(columns(table.text).map(({ key, type }) => [key, type]))
  const fields = node.properties.flatMap((property) => {
    const value = readValue(property)
    const name = property.name?.getText()
    const type = name === undefined ? undefined : types.get(name)
    return value === null || name === undefined || type === undefined ? [] : [{ property, name, value, type }]
  })
  return fields.flatMap((field, index) => {
    const other = fields.slice(index + 1).find(({ type }) => type === field.type)
    if (!other) return []
    const swapped = node.properties.map((property) => {
      if (property === field.property) return `${field.name}: ${other.value}`
      return property === other.property ? `${other.name}: ${field.value}` : property.getText()
    })
    return replace(node, `{ ${swapped.join(', ')} }`, {
      change: `wrote \`${field.name}\` and \`${other.name}\` the wrong way round`,
    })
  })
}

function readValue(property: ts.ObjectLiteralElementLike): string | null {
  if (ts.isShorthandPropertyAssignment(property)) return property.name.text
  return ts.isPropertyAssignment(property) && ts.isIdentifier(property.name) ? property.initializer.getText() : null
}

/** A statement of a transaction that goes by another connection, and stays when the transaction is rolled back. */
export const outsideTransaction: Operator = {
  name: 'outside-transaction',
  find: (node) => {
    if (!ts.isCallExpression(node) || methodName(node) !== 'transaction') return []
    const [callback] = node.arguments
    if (!callback || !(ts.isArrowFunction(callback) || ts.isFunctionExpression(callback))) return []
    const name = callback.parameters[0]?.name
    if (!name || !ts.isIdentifier(name) || !ts.isPropertyAccessExpression(node.expression)) return []
    const database = node.expression.expression.getText()
    return listUses(callback.body, name.text).flatMap((use) => {
      const statement = ts.isPropertyAccessExpression(use.parent) ? quote(use.parent) : quote(use.parent)
      return replace(use, database, { change: `did ${statement} outside of its transaction` })
    })
  },
}

function listUses(node: ts.Node, name: string): ts.Identifier[] {
  const found: ts.Identifier[] = []
  const visit = (one: ts.Node): void => {
    const isMember = ts.isPropertyAccessExpression(one.parent) && one.parent.name === one
    if (ts.isIdentifier(one) && one.text === name && !isMember) found.push(one)
    ts.forEachChild(one, visit)
  }
  ts.forEachChild(node, visit)
  return found
}
