import { findFreeReferences } from './scope.ts'
import { type CaseSyntax, climb, ts } from './syntax.ts'

/** One step of a chain: a member, a call, or both, e.g. `.send(body)`. */
export interface Link {
  /** Null for a call of the root itself, and for a member whose name is computed. */
  readonly name: string | null
  /** Null when the member is not called. */
  readonly arguments: readonly ts.Expression[] | null
}

/** `request(app).post('/orders')` is root `request`, links `(app)` and `.post('/orders')`. */
export interface Chain {
  readonly root: ts.Identifier
  readonly links: readonly Link[]
  /** The whole expression. */
  readonly top: ts.Node
}

/** Every chain of a case that begins with a name from outside. */
export function findChains(test: Pick<CaseSyntax, 'body'>, root: string): Chain[] {
  return findFreeReferences(test, root).map(readChain)
}

export function readChain(root: ts.Identifier): Chain {
  const links: Link[] = []
  let top: ts.Node = root
  for (;;) {
    const { parent, child } = climb(top)
    const member = readMember(parent, child)
    if (member !== undefined) {
      const call = readCall(climb(parent))
      links.push({ name: member, arguments: call?.arguments ?? null })
      top = call ?? parent
      continue
    }
    const call = readCall({ parent, child })
    if (!call) return { root, links, top: child }
    links.push({ name: null, arguments: call.arguments })
    top = call
  }
}

/** The name of a member access; null when it is computed, undefined when the parent is no access to this child. */
function readMember(parent: ts.Node, child: ts.Node): string | null | undefined {
  if (ts.isPropertyAccessExpression(parent) && parent.expression === child) return parent.name.text
  if (!ts.isElementAccessExpression(parent) || parent.expression !== child) return undefined
  return readLiteralKey(parent.argumentExpression)
}

/** The key of `x['key']` or `x[0]`; null when it is only known at run time. */
export function readLiteralKey(key: ts.Expression): string | null {
  return ts.isStringLiteralLike(key) || ts.isNumericLiteral(key) ? key.text : null
}

function readCall({ parent, child }: { parent: ts.Node; child: ts.Node }): ts.CallExpression | null {
  return ts.isCallExpression(parent) && parent.expression === child ? parent : null
}
