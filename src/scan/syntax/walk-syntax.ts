import { ts } from './syntax.ts'

/**
 * A node and all below it, in the order of the text, without recursion: a sum of thousands of terms is thousands deep.
 * What `isClosed` says yes to is not entered.
 */
export function* walkSyntax(node: ts.Node, isClosed: (node: ts.Node) => boolean = () => false): Generator<ts.Node> {
  const waiting = [node]
  for (let current = waiting.pop(); current; current = waiting.pop()) {
    yield current
    if (isClosed(current)) continue
    const children: ts.Node[] = []
    ts.forEachChild(current, (child) => void children.push(child))
    waiting.push(...children.reverse())
  }
}
