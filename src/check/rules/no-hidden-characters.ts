import type { CaseSyntax, Problem } from '../syntax.ts'

/** Control, direction and zero-width characters show a reader another text than the machine reads. */
export function noHiddenCharacters({ code, title }: CaseSyntax): Problem[] {
  const found = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.exec(code) ?? /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.exec(title)
  if (!found) return []
  const code16 = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return [{ message: `expected visible characters only, found U+${code16}; write it as an escape`, node: null }]
}
