import { parseText, ts } from '../scan/syntax/syntax.ts'
import type { Dossier } from '../scan/types.ts'

/** The dossier without what people wrote into comments, which may be private. */
export function withoutComments(dossier: Dossier): Dossier {
  return {
    ...dossier,
    sources: dossier.sources.map((source) => ({ ...source, text: stripComments(source.text, source.at.file) })),
    unresolved: dossier.unresolved.map((one) => ({ ...one, text: stripComments(one.text, one.at.file) })),
  }
}

/** Code without its comments; every line keeps its number. `file` says the language: `.ts`, `.tsx`, `.js`, ... */
export function stripComments(code: string, file: string): string {
  const { text, from, to } = parseFragment(code, file)
  let stripped = ''
  let done = from
  for (const { start, end } of listTrivia(text)) {
    const [first, last] = [Math.max(start, from), Math.min(end, to)]
    if (first >= last) continue
    stripped += text.text.slice(done, first) + stripTrivia(text.text.slice(first, last))
    done = last
  }
  return (stripped + text.text.slice(done, to)).replaceAll(/[ \t]+$/gm, '')
}

/** A method alone is no program: it is read in the surroundings in which it has the fewest errors. */
function parseFragment(code: string, file: string): { text: ts.SourceFile; from: number; to: number } {
  const options = ['', 'class Fragment { ', 'const fragment = { '].map((before) => {
    const { tree, errors } = parseText(file, before + code + (before === '' ? '' : ' }'))
    return { text: tree, errors: errors.length, from: before.length, to: before.length + code.length }
  })
  const [first, ...others] = options
  if (!first) throw new Error('expected a way to read code')
  return others.reduce((best, one) => (one.errors < best.errors ? one : best), first)
}

/** What lies between tokens. The text of JSX, of templates and of regular expressions lies within them. */
function listTrivia(file: ts.SourceFile): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = []
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(file)
    if (children.length > 0) return children.forEach(visit)
    if (node.kind !== ts.SyntaxKind.JsxText) found.push({ start: node.pos, end: node.getStart(file) })
  }
  visit(file)
  return found.filter(({ start, end }) => start < end)
}

function stripTrivia(trivia: string): string {
  return trivia.replaceAll(/\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\r\n]*|#![^\r\n]*/g, (comment) => {
    const lines = comment.replaceAll(/[^\n]/g, '')
    return lines === '' && comment.startsWith('/*') ? ' ' : lines
  })
}
