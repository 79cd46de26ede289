import type { Failure } from './types.ts'

type Contrast = Pick<Failure, 'expected' | 'actual'>

/** The same values in another order: lists are equal as bags, at whatever depth. */
export function isReordered({ expected, actual }: Contrast): boolean {
  if (expected === null || actual === null || expected === actual) return false
  const [one, other] = [readValue(expected), readValue(actual)]
  return (
    one !== null && other !== null && show(one, false) !== show(other, false) && show(one, true) === show(other, true)
  )
}

const MOMENT =
  /\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?|\b\d\d:\d\d(?::\d\d(?:\.\d+)?)?\b/g
/** Milliseconds since 1970, from 2001 to 2286. */
const EPOCH = /\b[1-9]\d{12}(?:\.\d+)?\b/g

/** Nothing but moments differs. */
export function isAboutTime({ expected, actual }: Contrast): boolean {
  if (expected === null || actual === null || expected === actual) return false
  const strip = (text: string): string => text.replace(MOMENT, '<moment>').replace(EPOCH, '<moment>')
  return strip(expected) === strip(actual)
}

type Value =
  | { readonly kind: 'list' | 'object'; readonly head: string; readonly items: readonly Value[] }
  | { readonly kind: 'text'; readonly text: string }

/** A value as Vitest or JSON writes it; null: the text has another form. */
function readValue(text: string): Value | null {
  const reader = { text, at: 0 }
  const value = readNext(reader)
  return value && text.slice(reader.at).trim() === '' ? value : null
}

interface Reader {
  readonly text: string
  at: number
}

/** Up to the comma or the bracket that ends it. */
function readNext(reader: Reader): Value | null {
  let head = ''
  while (reader.at < reader.text.length) {
    const letter = reader.text.charAt(reader.at)
    if (letter === '[' || letter === '{') return readItems(reader, head)
    if (letter === ',' || letter === ']' || letter === '}') break
    if (letter === '"') {
      const end = findQuote(reader)
      if (end === null) return null
      head += reader.text.slice(reader.at, end)
      reader.at = end
    } else {
      head += letter
      reader.at += 1
    }
  }
  return { kind: 'text', text: head.trim() }
}

function findQuote({ text, at }: Reader): number | null {
  for (let end = at + 1; end < text.length; end += 1) {
    if (text[end] === '\\') end += 1
    else if (text[end] === '"') return end + 1
  }
  return null
}

function readItems(reader: Reader, head: string): Value | null {
  const kind = reader.text[reader.at] === '[' ? 'list' : 'object'
  const close = kind === 'list' ? ']' : '}'
  const items: Value[] = []
  reader.at += 1
  for (;;) {
    const item = readNext(reader)
    const letter = reader.text[reader.at]
    if (!item || (letter !== ',' && letter !== close)) return null
    reader.at += 1
    // After the last comma there is nothing.
    if (item.kind !== 'text' || item.text !== '') items.push(item)
    if (letter === close) return { kind, head: head.trim(), items }
  }
}

function show(value: Value, isBag: boolean): string {
  if (value.kind === 'text') return value.text
  const items = value.items.map((item) => show(item, isBag))
  const [open, close] = value.kind === 'list' ? ['[', ']'] : ['{', '}']
  // The order of keys never matters.
  return `${value.head}${open}${(isBag || value.kind === 'object' ? items.toSorted() : items).join(',')}${close}`
}
