import { type Computed, known, unknown } from './computed.ts'

export type Operate = (values: readonly unknown[]) => Computed

export const TEXTS: Readonly<Record<string, Operate>> = {
  concat: (parts) => known(parts.map(String).join('')),
  String: ([value]) => known(String(value)),
  'JSON.stringify': ([value]) => known(JSON.stringify(value)),
  URL: ([path, base]) => resolveUrl(path, base),
  'JSON.parse': ([value]) => parseJson(value),
  'malformed JSON': ([value]) => known(!parseJson(value).known),
  trim: ([value]) => changeText(value, (text) => text.trim()),
  toLowerCase: ([value]) => changeText(value, (text) => text.toLowerCase()),
  toUpperCase: ([value]) => changeText(value, (text) => text.toUpperCase()),
  encodeURIComponent: ([value]) => known(encodeURIComponent(String(value))),
  startsWith: ([value, start]) => askText(value, (text) => text.startsWith(String(start))),
  endsWith: ([value, end]) => askText(value, (text) => text.endsWith(String(end))),
  split: ([value, by]) => cutText(value, (text) => text.split(String(by))),
  slice: ([value, from, to]) => cutText(value, (text) => text.slice(...limits(from, to))),
  substring: ([value, from, to]) => cutText(value, (text) => text.substring(...limits(from, to))),
  replace: ([value, wanted, by]) => replaceText(value, wanted, by),
  'matches pattern': ([value, pattern]) => matchesPattern(value, pattern),
}

function resolveUrl(path: unknown, base: unknown): Computed {
  const [text, from] = [String(path), base === undefined ? undefined : String(base)]
  return URL.canParse(text, from) ? known(new URL(text, from).href) : unknown('an address')
}

function parseJson(value: unknown): Computed {
  try {
    return known(JSON.parse(String(value)))
  } catch {
    return unknown('a text that is no JSON')
  }
}

/** Validators leave what is missing as it is; in other code the call would have thrown, as it does on a list or number. */
function changeText(value: unknown, change: (text: string) => string): Computed {
  if (value === undefined || value === null) return known(value)
  return typeof value === 'string' ? known(change(value)) : unknown('a method of texts on what is none')
}

/** In code that has no text to cut, the call would have thrown. */
function cutText(value: unknown, cut: (text: string) => unknown): Computed {
  return typeof value === 'string' ? known(cut(value)) : unknown('a method of texts on what is none')
}

function limits(from: unknown, to: unknown): [number, number | undefined] {
  return [Number(from ?? 0), to === undefined ? undefined : Number(to)]
}

function replaceText(value: unknown, wanted: unknown, by: unknown): Computed {
  const pattern = readPattern(typeof wanted === 'object' && wanted !== null ? Reflect.get(wanted, 'source') : null)
  return cutText(value, (text) => text.replace(pattern ?? String(wanted), String(by)))
}

function askText(value: unknown, ask: (text: string) => boolean): Computed {
  return typeof value === 'string' ? known(ask(value)) : unknown('a method of texts on what is none')
}

/** What sanitizers of validators make of a text. */
export const SANITIZERS: Readonly<Record<string, Operate>> = {
  toInt: ([value]) => known(value === undefined ? value : Number.parseInt(String(value), 10)),
  toFloat: ([value]) => known(value === undefined ? value : Number.parseFloat(String(value))),
  toBoolean: ([value]) => known(typeof value === 'string' ? value !== 'false' && value !== '0' && value !== '' : value),
  normalizeEmail: ([value]) =>
    /@(?:g|google|hot|ya|live|outlook|icloud|me)/i.test(String(value))
      ? unknown('an address that its provider writes in several ways')
      : changeText(value, (text) => text.toLowerCase()),
  escape: ([value]) =>
    /[<>&'"/\\`]/.test(String(value)) ? unknown('a text with escaped characters') : changeText(value, (text) => text),
}

/** Patterns of the user's code are run on our own short candidates only. */
function matchesPattern(value: unknown, source: unknown): Computed {
  const pattern = readPattern(source)
  return pattern ? known(pattern.test(String(value))) : unknown('a pattern that can not be read here')
}

function readPattern(source: unknown): RegExp | null {
  const literal = typeof source === 'string' ? source.match(/^\/(.*)\/([a-z]*)$/s) : null
  if (!literal?.[1]) return null
  try {
    return new RegExp(literal[1], literal[2])
  } catch {
    // This Node can not compile it.
    return null
  }
}
