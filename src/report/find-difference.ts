export interface Difference {
  /** `.amountCents`, `[0].headers["idempotency-key"]`; empty for the whole value. */
  readonly path: string
  /** As printed; null: nothing is expected there. */
  readonly expected: string | null
  /** As printed; null: nothing is there. */
  readonly actual: string | null
}

/**
 * The first field in which two values differ, both as Vitest prints them: one field a line. What is expected and
 * missing or different comes before what is there and not expected. Null when no field can be told apart.
 */
export function findDifference(expected: string, actual: string): Difference | null {
  const [wanted, given] = [readFields(expected), readFields(actual)]
  for (const [path, value] of wanted) {
    const found = given.get(path) ?? null
    if (found !== value) return { path, expected: inWords(value), actual: found }
  }
  for (const [path, value] of given) {
    if (!wanted.has(path)) return { path, expected: null, actual: value }
  }
  return null
}

/** Leaves by path: `"id": 1,` inside `"order": {` is `.order.id`. */
function readFields(printed: string): Map<string, string> {
  const fields = new Map<string, string>()
  const open: { path: string; items: number }[] = []
  for (const raw of printed.split('\n')) {
    const line = raw.trim().replace(/,$/, '')
    if (/^[}\]]$/.test(line)) {
      open.pop()
      continue
    }
    const keyed = line.match(/^"((?:[^"\\]|\\.)*)": (.*)$/)
    const parent = open.at(-1)
    const path = `${parent?.path ?? ''}${keyed ? renderKey(keyed[1] ?? '') : parent ? `[${parent.items}]` : ''}`
    if (parent && !keyed) parent.items += 1
    const value = keyed?.[2] ?? line
    if (/[{[]$/.test(value)) open.push({ path, items: 0 })
    else fields.set(path, value)
  }
  return fields
}

function renderKey(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `["${key}"]`
}

function inWords(value: string): string {
  return value.replace(/^Any<(\w+)>$/, 'any $1')
}
