const known = new WeakMap<object, string>()

/** The JSON of a value that never changes, computed once: conditions are compared with each other thousands of times. */
export function fingerprint(value: object): string {
  const seen = known.get(value)
  if (seen !== undefined) return seen
  const text = JSON.stringify(value)
  known.set(value, text)
  return text
}
