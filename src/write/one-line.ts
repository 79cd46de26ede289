/**
 * Someone else's words (a model's, a server's) may end up on a terminal: one line, no control or direction
 * characters, at most `length` characters.
 */
export function toOneLine(text: string, length = 200): string {
  const line = text.replaceAll(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  return line.length > length ? `${line.slice(0, length - 1)}…` : line
}
