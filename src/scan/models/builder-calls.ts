import type { Call } from '../interpret/call.ts'
import type { PackageValue, Value } from '../interpret/values.ts'
import { ts } from '../syntax/syntax.ts'

/**
 * `client.from('seats').select('*').eq('id', id).single()`: a method of what a call answers with, used at once, says that
 * the answer is no promise yet. Calls of such a chain only collect what the last of them asks for.
 */
export function isBuiltOn({ node }: Pick<Call, 'node'>): boolean {
  const use = node.parent
  const isMember = ts.isPropertyAccessExpression(use) && use.expression === node
  return isMember && ts.isCallExpression(use.parent) && use.parent.expression === use && !OF_ANSWERS.test(use.name.text)
}

/** Methods of promises, lists, texts, emitters and streams: what they belong to is an answer. */
const OF_ANSWERS =
  /^(?:then|catch|finally|map|filter|forEach|reduce|some|every|find|flatMap|sort|slice|join|toString|trim|split|on|once|off|addListener|pipe|unref|json|text)$/

/** What the calls before the last one of a chain were given, first to last; null for a call that ends no chain. */
export function builtArguments({ steps }: PackageValue): Value[] | null {
  const building = steps.filter((step) => step.kind === 'call' && step.isBuilding)
  return building.length === 0 ? null : building.flatMap((step) => (step.kind === 'call' ? step.args : []))
}
