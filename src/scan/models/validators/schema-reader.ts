import { extend, getMember, writtenField } from '../../interpret/access.ts'
import { callFunction } from '../../interpret/call.ts'
import { express } from '../../interpret/express-value.ts'
import type { Machine } from '../../interpret/machine.ts'
import { type FunctionNode, symbol, UNDEFINED, type Value } from '../../interpret/values.ts'
import { ts } from '../../syntax/syntax.ts'
import type { SchemaReader } from './shapes.ts'

/** Reads members of the checked value, and runs callbacks of schemas on the symbols that they will check. */
export function schemaReader(machine: Machine, node: ts.Node): SchemaReader {
  return {
    member: (owner, name) => memberOf(machine, owner, name, node),
    apply: (callback, args) => {
      if (callback.kind === 'native') return callback.call(args, node)
      if (callback.kind !== 'function' || !isStraight(callback.node)) return null
      const { run } = machine
      machine.run = null
      try {
        return callFunction(machine, callback, { callee: callback, self: null, args, node })
      } finally {
        machine.run = run
      }
    },
  }
}

function memberOf(machine: Machine, owner: Value, name: string, node: ts.Node): Value {
  if (owner.kind === 'symbol')
    return writtenField(machine, owner.expression, name) ?? symbol(extend(owner.expression, name))
  if (owner.kind === 'object')
    return owner.open ? getMember(machine, owner, name, node) : fieldOf(machine, owner.fields, name)
  if (owner.kind === 'array') return owner.items[Number(name)] ?? UNDEFINED
  if (owner.kind !== 'request') return UNDEFINED
  const expression = express(owner)
  const part = expression.kind === 'object' ? expression.fields[name] : undefined
  return owner.fields.get(name) ?? (part ? symbol(part) : UNDEFINED)
}

/** A field, or that of the value that was spread into the object. */
function fieldOf(machine: Machine, fields: ReadonlyMap<string, Value>, name: string): Value {
  const own = fields.get(name)
  if (own) return own
  const spread = [...fields].findLast(([key]) => key.startsWith('...'))?.[1]
  if (spread?.kind !== 'symbol') return UNDEFINED
  return writtenField(machine, spread.expression, name) ?? symbol(extend(spread.expression, name))
}

/** One expression without branches that answers at once: anything else would be decided for the request. */
function isStraight(node: FunctionNode): boolean {
  if (node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword)) return false
  const body = node.body && ts.isBlock(node.body) ? returned(node.body) : node.body
  return body !== undefined && !hasBranch(body)
}

function returned(body: ts.Block): ts.Expression | undefined {
  const [only, ...others] = body.statements
  return only && others.length === 0 && ts.isReturnStatement(only) ? only.expression : undefined
}

function hasBranch(node: ts.Node): boolean {
  const isLogical = ts.isBinaryExpression(node) && /^(?:&&|\|\||\?\?)$/.test(node.operatorToken.getText())
  return (
    isLogical ||
    ts.isConditionalExpression(node) ||
    (ts.forEachChild(node, (child) => hasBranch(child) || undefined) ?? false)
  )
}
