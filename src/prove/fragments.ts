import { parseText, ts } from '../scan/syntax/syntax.ts'
import type { Edit } from './types.ts'

/** Whether two pieces of code differ in nothing but spaces, comments and semicolons. */
export function isSameCode(a: string, b: string): boolean {
  return readTokens(a) === readTokens(b)
}

function readTokens(text: string): string {
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, true, ts.LanguageVariant.Standard, text)
  const tokens: string[] = []
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    const token = scanner.getTokenText()
    if (token !== ';') tokens.push(token)
  }
  return tokens.join(' ')
}

/** Whether what an edit puts in can stand there: in an async function, where every operator works. */
export function isSyntaxOf({ text, as }: Pick<Edit, 'text' | 'as'>): boolean {
  const inside = as === 'expression' ? `return (${text})` : `for (;;) { ${text} }`
  return parseText('fragment.ts', `async function* f() { ${inside} }`).errors.length === 0
}
