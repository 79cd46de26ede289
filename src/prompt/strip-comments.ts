import { codeOf } from '../scan/syntax/comments.ts'
import { parseText } from '../scan/syntax/syntax.ts'
import type { Dossier } from '../scan/types.ts'

/** The dossier without what people wrote into comments, which may be private. Only sources are word for word. */
export function withoutComments(dossier: Dossier): Dossier {
  const sources = dossier.sources.map((source) => ({ ...source, text: stripComments(source.text, source.at.file) }))
  return { ...dossier, sources }
}

/** A method alone is no program: it is read in the surroundings in which it has the fewest errors. */
const SURROUNDINGS = [
  { before: '', after: '' },
  { before: 'class Fragment { ', after: '\n}' },
  { before: 'const fragment = { ', after: '\n}' },
  { before: 'const fragment = ', after: '' },
]

/** Code without its comments; every line keeps its number. `file` says the language: `.ts`, `.tsx`, `.js`, ... */
export function stripComments(code: string, file: string): string {
  const [best] = SURROUNDINGS.map(({ before, after }) => ({ before, ...parseText(file, before + code + after) })).sort(
    (one, other) => one.errors.length - other.errors.length,
  )
  if (!best) return code
  return codeOf(best.tree, { from: best.before.length, to: best.before.length + code.length }).replace(/[ \t]+$/, '')
}
