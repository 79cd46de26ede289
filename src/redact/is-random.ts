const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const LEAST_JUMPS = 0.2
const LEAST_DIFFERENT = 8

/**
 * Whether a text looks drawn by chance, as keys do. Names, paths and CSS classes keep to one kind of character for a while;
 * in a key, a small letter is soon followed by a capital, or a letter by a digit. Alphabets and UUIDs, which are ids, are not
 * meant.
 */
export function isRandom(text: string): boolean {
  if (UUID.test(text) || /^sha\d+[-:]/.test(text) || !/\d/.test(text)) return false
  const jumps = text.match(/(?<=[a-z])[A-Z]|(?<=[A-Za-z])\d|(?<=\d)[A-Za-z]/g) ?? []
  return new Set(text).size >= LEAST_DIFFERENT && jumps.length / text.length >= LEAST_JUMPS
}
