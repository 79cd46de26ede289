import { ts } from '../../scan/syntax/syntax.ts'
import { listChain, methodName } from './around.ts'
import { type Named, type Operator, quote, replace } from './place.ts'

/** What a schema demands, one after the other: without it, more requests fit. */
const DEMANDS = new Set(
  `min max length nonempty email url uuid guid regex pattern matches startsWith endsWith includes alphanum hex ip datetime
  date isoDate int integer finite safe positive nonnegative negative nonpositive gt gte lt lte greater less moreThan lessThan
  multipleOf step port strict refine superRefine check required valid oneOf unique custom test`.split(/\s+/),
)
const MAKES_OBJECT = new Set(['object', 'strictObject', 'looseObject', 'extend', 'safeExtend', 'shape', 'keys'])
/** Those whose schemas have a method for it. */
const HAS_OPTIONAL = new Set(['zod', 'joi', 'yup'])
const SAYS_IT = new Set(['optional', 'nullish', 'default', 'catch', 'prefault', 'required', 'notRequired', 'forbidden'])

/** A schema that lets a request through which it should refuse. */
export const loosenedSchema: Operator = {
  name: 'loosened-schema',
  find: (node, place) => {
    const validator = place.schemaAround(node)
    if (validator === null) return []
    if (ts.isCallExpression(node)) return dropDemand(node)
    return ts.isPropertyAssignment(node) && HAS_OPTIONAL.has(validator) ? makeOptional(node) : []
  },
}

function dropDemand(node: ts.CallExpression): readonly Named[] {
  if (!ts.isPropertyAccessExpression(node.expression) || !DEMANDS.has(methodName(node) ?? '')) return []
  const { expression: receiver, name } = node.expression
  // `z.email()` is all there is of its schema.
  if (!ts.isCallExpression(receiver)) return []
  const values = node.arguments.map((argument) => argument.getText()).join(', ')
  const shown = values.length > 40 || values.includes('\n') ? '…' : values
  return replace(node, receiver.getText(), { change: `did without \`.${name.text}(${shown})\`` })
}

function makeOptional({ initializer, parent, name }: ts.PropertyAssignment): readonly Named[] {
  const maker = parent.parent
  if (!ts.isCallExpression(maker) || maker.arguments[0] !== parent) return []
  const chain = listChain(initializer).map(methodName)
  const says = chain.some((method) => method !== null && SAYS_IT.has(method))
  if (!MAKES_OBJECT.has(methodName(maker) ?? '') || chain.length === 0 || says) return []
  return replace(initializer, `(${initializer.getText()}).optional()`, { change: `took ${quote(name)} for optional` })
}
