/** What a variable is for, as its name says; the first that fits. A period is one both in seconds and in milliseconds. */
const VALUES: readonly (readonly [RegExp, string | null])[] = [
  [/expir|ttl|lifetime|max_?age/i, '36000000'],
  [/rounds$/i, '4'],
  [/region$/i, 'us-east-1'],
  [/(?:url|uri|host|port|endpoint|domain|origin|path|file|dir|name|id)s?$/i, null],
  // Lists, and what has a form that only its reader knows.
  [/(?:key|token|secret)s$|private_?key|public_?key|json|base64|pem|cert/i, null],
  [/secret|key|token|password|salt/i, 'itest-value-0123456789abcdef0123456789abcdef'],
]

/** A harmless value for a variable of which only the name is known; null when that says too little. */
export function inventByName(name: string): string | null {
  return VALUES.find(([says]) => says.test(name))?.[1] ?? null
}
