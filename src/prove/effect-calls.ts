import { ts } from '../scan/syntax/syntax.ts'
import type { Scenario, SourceLocation, StackFrame } from '../scan/types.ts'
import { isAnswer } from './operators/around.ts'
import { lineOf } from './operators/place.ts'

/** Where the code does something outside of the request; `name`: the function of the project that does it. */
export interface EffectSite extends SourceLocation {
  readonly kind: 'external' | 'write'
  readonly name: string | null
}

/** An external effect is meant where the function is called that makes it; what a database writes, where it is written. */
export function listEffectSites(scenarios: readonly Scenario[]): readonly EffectSite[] {
  const sites = scenarios.flatMap(({ events }) =>
    events.flatMap((event): EffectSite[] => {
      if (event.kind === 'external' && event.effect !== 'harmless') return [locateCall(event.at, event.stack)]
      if (event.kind !== 'db' || event.operation === 'select') return []
      return [{ kind: 'write', ...event.at, name: null }]
    }),
  )
  return [...new Map(sites.map((site) => [JSON.stringify(site), site])).values()]
}

function locateCall(at: SourceLocation, stack: readonly StackFrame[]): EffectSite {
  const caller = stack.length > 1 ? stack.at(-1) : undefined
  if (!caller) return { kind: 'external', file: at.file, line: at.line, name: null }
  return { kind: 'external', file: caller.file, line: caller.line, name: caller.name.split('.').at(-1) ?? null }
}

/** The calls of a file that the sites mean. */
export function findEffectCalls(
  tree: ts.SourceFile,
  sites: readonly EffectSite[],
): ReadonlyMap<ts.Node, EffectSite['kind']> {
  const calls: ts.CallExpression[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) calls.push(node)
    ts.forEachChild(node, visit)
  }
  visit(tree)
  const found = new Map<ts.Node, EffectSite['kind']>()
  for (const site of sites) {
    const call = choose(
      calls.filter((one) => lineOf(one) === site.line),
      site.name,
    )
    if (call) found.set(call, site.kind)
  }
  return found
}

/** Of the calls that begin on a line, the one with the name, else one that is waited for, else the outermost. */
function choose(calls: readonly ts.CallExpression[], name: string | null): ts.CallExpression | undefined {
  const whole = calls.filter((call) => !isReceiver(call))
  const named = whole.find((call) => name !== null && calleeName(call) === name)
  const awaited = whole.find((call) => ts.isAwaitExpression(call.parent))
  return named ?? awaited ?? whole.find((call) => !isAnswer(call))
}

/** `db.insert(orders)` of `db.insert(orders).values(…)`. */
function isReceiver(call: ts.CallExpression): boolean {
  return ts.isPropertyAccessExpression(call.parent) && call.parent.expression === call
}

function calleeName({ expression }: ts.CallExpression): string | null {
  if (ts.isPropertyAccessExpression(expression)) return expression.name.text
  return ts.isIdentifier(expression) ? expression.text : null
}
