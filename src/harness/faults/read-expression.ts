import type { Token } from './tokens.ts'

/** A value as SQL writes it; null where only the database could tell, e.g. `now()`. */
export type ValueShape =
  | { readonly kind: 'literal'; readonly value: unknown }
  | { readonly kind: 'parameter'; readonly index: number }
  | null

/** Where the parenthesis at `open` closes; the end of the tokens when it does not. */
export function closeOf(tokens: readonly Token[], open: number): number {
  let depth = 0
  for (let at = open; at < tokens.length; at += 1) {
    if (isSymbol(tokens[at], '(')) depth += 1
    if (isSymbol(tokens[at], ')')) depth -= 1
    if (depth === 0) return at
  }
  return tokens.length
}

export function isSymbol(token: Token | undefined, value: string): boolean {
  return token?.kind === 'symbol' && token.value === value
}

export function isWord(token: Token | undefined, ...values: readonly string[]): boolean {
  return token?.kind === 'word' && values.includes(token.value)
}

export function isName(token: Token | undefined): token is Token {
  return token?.kind === 'word' || token?.kind === 'name'
}

/** Splits where `isBetween` holds outside of any parenthesis. */
export function splitTokens(tokens: readonly Token[], isBetween: (token: Token) => boolean): Token[][] {
  const parts: Token[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (isSymbol(token, '(')) depth += 1
    if (isSymbol(token, ')')) depth -= 1
    if (depth === 0 && isBetween(token)) parts.push([])
    else parts.at(-1)?.push(token)
  }
  return parts
}

export function isComma(token: Token): boolean {
  return isSymbol(token, ',')
}

/** `$1`, `'a'`, `-1`, `null`, also with a cast around or behind it. */
export function readValue(tokens: readonly Token[]): ValueShape {
  const [first, second] = tokens
  if (!first) return null
  const cast = tokens.findIndex((token) => isSymbol(token, '::'))
  if (cast > 0) return readValue(tokens.slice(0, cast))
  if (isWord(first, 'cast') && isSymbol(second, '(')) {
    return readValue(splitTokens(tokens.slice(2, -1), (token) => isWord(token, 'as'))[0] ?? [])
  }
  if (isSymbol(first, '(') && closeOf(tokens, 0) === tokens.length - 1) return readValue(tokens.slice(1, -1))
  if (isSymbol(first, '-') && second?.kind === 'number' && tokens.length === 2) {
    return { kind: 'literal', value: `-${second.value}` }
  }
  // `date '2026-01-02'`, `_utf8'a'`
  if (first.kind === 'word' && second?.kind === 'text' && tokens.length === 2) return readToken(second)
  return tokens.length === 1 ? readToken(first) : null
}

const CONSTANTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['null', null],
  ['true', true],
  ['false', false],
])

function readToken(token: Token): ValueShape {
  if (token.kind === 'parameter') return { kind: 'parameter', index: token.index }
  if (token.kind === 'text' || token.kind === 'number') return { kind: 'literal', value: token.value }
  if (token.kind === 'word' && CONSTANTS.has(token.value)) return { kind: 'literal', value: CONSTANTS.get(token.value) }
  return null
}

/** A column with the values that it must have one of. */
export interface ConditionShape {
  readonly column: string
  readonly values: readonly ValueShape[]
}

/** The equalities of a condition that all of its rows meet; what stands below an `or` says nothing. */
export function readConditions(tokens: readonly Token[]): ConditionShape[] {
  if (isSymbol(tokens[0], '(') && closeOf(tokens, 0) === tokens.length - 1) return readConditions(tokens.slice(1, -1))
  if (splitTokens(tokens, (token) => isWord(token, 'or')).length > 1) return []
  const parts = splitTokens(tokens, (token) => isWord(token, 'and'))
  if (parts.length > 1) return parts.flatMap(readConditions)
  return readEquality(tokens)
}

function readEquality(tokens: readonly Token[]): ConditionShape[] {
  const operator = tokens.findIndex((token) => isSymbol(token, '=') || isWord(token, 'is', 'in'))
  const left = tokens.slice(0, operator)
  const right = tokens.slice(operator + 1)
  const column = readColumn(left)
  if (operator < 1) return []
  if (isWord(tokens[operator], 'in')) {
    if (column === null || !isSymbol(right[0], '(') || closeOf(right, 0) !== right.length - 1) return []
    return [{ column, values: splitTokens(right.slice(1, -1), isComma).map(readValue) }]
  }
  if (column !== null) return [{ column, values: [readValue(right)] }]
  const other = isSymbol(tokens[operator], '=') ? readColumn(right) : null
  return other === null ? [] : [{ column: other, values: [readValue(left)] }]
}

/** `"orders"."id"` or `id`; null for any other expression. */
export function readColumn(tokens: readonly Token[]): string | null {
  const last = tokens.at(-1)
  if (tokens.length % 2 === 0 || !isName(last) || isConstant(last)) return null
  const isPath = tokens.every((token, index) => (index % 2 === 0 ? isName(token) : isSymbol(token, '.')))
  return isPath ? last.value : null
}

function isConstant(token: Token): boolean {
  return token.kind === 'word' && CONSTANTS.has(token.value)
}
