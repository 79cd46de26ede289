import { createHash } from 'node:crypto'
import type { Column, Shape } from '../scan/types.ts'
import type { Json } from './types.ts'

/** The same name always gives the same id, another name another one: mixed-up ids must show. */
export function guessUuid(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

const NUMBERS: readonly (readonly [RegExp, number])[] = [
  [/cents|amount|price|total|cost|fee|balance|salary/i, 4999],
  [/quantity|qty|count|seats|guests|nights|stock/i, 2],
  [/page/i, 1],
  [/limit|size/i, 10],
  [/age/i, 36],
  [/year/i, 2030],
  [/rating|stars|score/i, 4],
]

const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/e-?mail/i, 'ada@example.com'],
  [/phone|mobile/i, '+15550100123'],
  [/url|link|website|image|avatar|photo/i, 'https://example.com/ada'],
  [/password|secret/i, 'Correct-horse-9'],
  [/idempot/i, 'key-1'],
  [/currency/i, 'usd'],
  [/country/i, 'GB'],
  [/city/i, 'London'],
  [/street|address/i, '12 St James Square'],
  [/zip|postal|postcode/i, '10115'],
  [/first_?name/i, 'Ada'],
  [/last_?name|surname/i, 'Lovelace'],
  [/user_?name|login|handle/i, 'ada'],
  [/name/i, 'Ada Lovelace'],
  [/title|subject/i, 'A first title'],
  [/description|content|body|text|note|comment|message|bio|summary/i, 'A few words about it'],
  [/sku/i, 'SKU-1'],
  [/slug/i, 'a-first-title'],
  [/(?:At|_at|date|Date)$/, '2030-01-15T10:00:00.000Z'],
]

/** An example value that suits the name, e.g. an address for `email`. */
export function guessText(name: string): string {
  const found = TEXTS.find(([pattern]) => pattern.test(name))
  if (found) return found[1]
  const id = name.replace(/^x-/i, '').match(/^(.+?)[-_]?[iI]d$/)?.[1]
  return id ? `${kebab(id)}-1` : `a ${kebab(name).replaceAll('-', ' ')}`
}

/** Ids of different things differ, and none is so small that a sequence would give it to the next row. */
function guessId(name: string): number {
  return 101 + (createHash('sha256').update(name.toLowerCase().replaceAll('_', '')).digest()[0] ?? 0)
}

export function guessNumber(name: string): number {
  if (ID.test(name)) return guessId(name)
  return NUMBERS.find(([pattern]) => pattern.test(name))?.[1] ?? 7
}

/** Another value of the same kind; variant 0 is the value itself. */
export function vary(value: Json, variant: number): Json {
  if (variant === 0) return value
  if (typeof value === 'number') return value + variant
  if (typeof value !== 'string') return value
  if (UUID.test(value)) return guessUuid(`${value} ${variant}`)
  if (DATE.test(value)) return new Date(Date.parse(value) + variant * 86_400_000).toISOString().slice(0, value.length)
  const at = value.indexOf('@')
  return at > 0 ? `${value.slice(0, at)}${variant + 1}${value.slice(at)}` : `${value}-${variant + 1}`
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const DATE = /^\d{4}-\d\d-\d\d(?:T|$)/

const ID = /(?:^id|Id|_id)$/

function kebab(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase()
}

/** A value that the column accepts. `ordinal` keeps dates in the order in which fields appear. */
export function guessForColumn(column: Column, name: string, ordinal = 0): Json {
  if (column.enumValues?.[0] !== undefined) return column.enumValues[0]
  if (column.type === 'uuid') return guessUuid(name)
  switch (column.json) {
    case 'number':
      return guessNumber(name)
    case 'boolean':
      return true
    case 'date':
      return dateAt(ordinal)
    case 'object':
      return { note: guessText('note') }
    default:
      return column.type === 'date'
        ? dateAt(ordinal).slice(0, 10)
        : /^(?:numeric|decimal)$/.test(column.type)
          ? '49.99'
          : guessText(name)
  }
}

function dateAt(ordinal: number): string {
  return new Date(Date.UTC(2030, 0, 15 + ordinal, 10)).toISOString()
}

/** A value that the validator accepts, as far as its rules are known. */
export function guessForShape(shape: Shape, name: string, ordinal = 0): Json {
  switch (shape.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(shape.fields).flatMap(([key, field], index) =>
          saysNothing(field) ? [] : [[key, guessForShape(field, key, index)]],
        ),
      )
    case 'string':
      return guessShapedText(shape, name, ordinal)
    case 'number':
      return clamp(guessNumber(name), shape)
    case 'boolean':
      return true
    case 'date':
      return dateAt(ordinal)
    case 'enum':
      return shape.values[0] ?? null
    case 'array':
      return Array.from({ length: Math.max(1, shape.min ?? 1) }, () =>
        guessForShape(shape.item, name.replace(/s$/, ''), ordinal),
      )
    case 'record':
      return { key: guessForShape(shape.value, name, ordinal) }
    case 'tuple':
      return shape.items.map((item, index) => guessForShape(item, name, ordinal + index))
    case 'union': {
      const option = shape.options.find(({ type }) => type !== 'unknown') ?? shape.options[0]
      return option ? guessForShape(option, name, ordinal) : guessText(name)
    }
    case 'any':
    case 'unknown':
      return guessText(name)
    default:
      return shape satisfies never
  }
}

/** A rule such as "not empty", which a column or a comparison knows better how to satisfy. */
function saysNothing(shape: Shape): boolean {
  if (shape.type === 'any' || (shape.type === 'enum' && shape.values.length === 0)) return true
  const { type } = shape
  return type === 'string' && shape.coerced && !shape.format && !shape.pattern && !shape.max && (shape.min ?? 0) <= 1
}

/** Gives required fields that have no value yet one. */
export function completeShape(value: unknown, shape: Shape): void {
  if (shape.type === 'array' && Array.isArray(value)) {
    for (const item of value) completeShape(item, shape.item)
    return
  }
  if (shape.type !== 'object' || typeof value !== 'object' || value === null) return
  for (const [index, [key, field]] of Object.entries(shape.fields).entries()) {
    const given: unknown = Reflect.get(value, key)
    if (given !== undefined) completeShape(given, field)
    else if (!field.optional) Reflect.set(value, key, guessForShape(field, key, index))
  }
}

function guessShapedText(shape: Extract<Shape, { type: 'string' }>, name: string, ordinal: number): string {
  switch (shape.format) {
    case 'email':
      return guessText('email')
    case 'uuid':
    case 'guid':
      return guessUuid(name)
    case 'url':
    case 'web address':
      return guessText('url')
    case 'datetime':
      return dateAt(ordinal)
    case 'iso8601':
      return dateAt(ordinal)
    case 'strong password':
      return guessText('password')
    case 'date':
      return dateAt(ordinal).slice(0, 10)
    default: {
      if (shape.pattern !== null) return findMatching(shape.pattern, name) ?? guessText(name)
      const text = guessText(name)
      const long = shape.min !== null && text.length < shape.min ? text.padEnd(shape.min, 'x') : text
      return shape.max !== null ? long.slice(0, shape.max) : long
    }
  }
}

const SAMPLES = [
  '49.99',
  '4999',
  'SKU-1',
  'a-first-title',
  'ABC',
  'abc',
  'GB',
  'USD',
  'usd',
  'AB1234',
  'ABC-123',
  'abc123',
  '12345',
  '2030-01-15',
  '10:00',
  '10:00:00',
  '+15550100123',
  '5550100123',
  '#336699',
  'v1.0.0',
  'Ada',
  '4242424242424242',
  '123',
  '1',
]

/** The first of some usual texts that a pattern of the code accepts. */
function findMatching(pattern: string, name: string): string | undefined {
  const literal = pattern.match(/^\/(.*)\/([a-z]*)$/s)
  if (!literal?.[1]) return undefined
  try {
    const expression = new RegExp(literal[1], literal[2]?.replace(/[gy]/g, ''))
    const plain = literal[1].replace(/^\^|\$$/g, '').replace(/\\(.)/g, '$1')
    const text = guessText(name)
    const samples = [text, ...SAMPLES, guessUuid(name), `${plain}${text}`, `${text}${plain}`, plain]
    return samples.find((sample) => expression.test(sample))
  } catch {
    return undefined
  }
}

/** The number, or one near it that is within the limits. */
function clamp(value: number, shape: Extract<Shape, { type: 'number' }>): number {
  const { min, max, above, below, multipleOf } = shape
  const low = min !== null && value < min ? min : above !== null && value <= above ? above + 1 : value
  const high = max !== null && low > max ? max : below !== null && low >= below ? below - 1 : low
  // Between two close limits, e.g. above 0 and below 1.
  const between = above !== null && high <= above && below !== null ? (above + below) / 2 : high
  return multipleOf === null ? between : Math.ceil(between / multipleOf) * multipleOf
}
