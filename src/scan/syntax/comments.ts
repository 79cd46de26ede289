import { ts } from '@ts-morph/common'

/** The text of a node without its comments; lines stay lines. */
export function codeOf(node: ts.Node, { from, to }: { from: number; to: number }): string {
  const file = node.getSourceFile()
  const { text } = file
  if (!/\/[/*]|#!/.test(text.slice(from, to))) return text.slice(from, to)
  let code = ''
  let done = from
  for (const trivia of listTrivia(node, file)) {
    const [start, end] = [Math.max(trivia.start, from), Math.min(trivia.end, to)]
    if (start >= end) continue
    code += text.slice(done, start) + withoutComments(text.slice(start, end))
    done = end
  }
  return code + text.slice(done, to)
}

/** What lies between tokens. The text of JSX, of templates and of regular expressions lies within them. */
function listTrivia(root: ts.Node, file: ts.SourceFile): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = []
  const waiting = [root]
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    const children = node.getChildren(file)
    if (children.length > 0) waiting.push(...[...children].reverse())
    else if (node.kind !== ts.SyntaxKind.JsxText) found.push({ start: node.pos, end: node.getStart(file) })
  }
  return found
}

function withoutComments(trivia: string): string {
  const bare = trivia.replaceAll(/\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\r\n]*|#![^\r\n]*/g, (comment) => {
    const lines = comment.replaceAll(/[^\n]/g, '')
    return lines === '' && comment.startsWith('/*') ? ' ' : lines
  })
  return bare.replaceAll(/[ \t]+(?=\r?\n)/g, '')
}
