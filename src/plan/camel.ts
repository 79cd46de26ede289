/** A word for code: `isValid` for `is_valid`. */
export function camel(text: string): string {
  const name = text.replace(/[^a-zA-Z0-9]+(.)?/g, (_match, next: string | undefined) => (next ?? '').toUpperCase())
  return /^[a-zA-Z]/.test(name) ? name : `host${name}`
}
