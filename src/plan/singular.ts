/** `payment` for `payments`; words that do not end like a plural stay. */
export function singular(word: string): string {
  if (/ies$/.test(word)) return word.replace(/ies$/, 'y')
  if (/(?:ss|us|is)$/.test(word)) return word
  return /(?:x|ch|sh)es$/.test(word) ? word.replace(/es$/, '') : word.replace(/s$/, '')
}
