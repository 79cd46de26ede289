import type { Dialect } from './statement.ts'

export interface Token {
  /** `word`: not quoted, in lower case. `name`: a quoted name. `text`: a string literal, without its quotes. */
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'parameter' | 'symbol'
  readonly value: string
  /** Of a parameter: which one, from 0; -1 when it has a name instead. */
  readonly index: number
  readonly start: number
  readonly end: number
}

interface Lexeme {
  readonly kind: Token['kind'] | 'blank'
  /** Where it ends. */
  readonly end: number
  readonly value?: string
  readonly index?: number
}

const WORD = /[\p{L}_][\p{L}\p{N}_$]*/uy
const NUMBER = /(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?/iy
const BLANK = /\s+/y
const DOLLAR_QUOTE = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy
const NUMBERED = /[$?](\d+)/y
const NAMED = /[:@$][\p{L}_][\p{L}\p{N}_]*/uy
const OPERATOR = {
  postgres: /::|[-+*/<>=~!@#%^&|?]+/y,
  sqlite: /[-+*/<>=~!%&|]+/y,
  mysql: /[-+*/<>=~!%^&|]+/y,
} satisfies Record<Dialect, RegExp>

/** Takes SQL apart. Whatever the text is, this ends without an error: what is not closed reaches to the end. */
export function readTokens(sql: string, dialect: Dialect): Token[] {
  const tokens: Token[] = []
  let questionMarks = 0
  let at = 0
  while (at < sql.length) {
    const found = readLexeme(sql, at, dialect)
    const end = Math.max(found.end, at + 1)
    if (found.kind !== 'blank') {
      const index = found.index ?? (found.kind === 'parameter' ? questionMarks++ : -1)
      tokens.push({ kind: found.kind, value: found.value ?? sql.slice(at, end), index, start: at, end })
    }
    at = end
  }
  return tokens
}

function readLexeme(sql: string, at: number, dialect: Dialect): Lexeme {
  return (
    readBlank(sql, at, dialect) ??
    readQuoted(sql, at, dialect) ??
    readParameter(sql, at, dialect) ??
    readPlain(sql, at, dialect) ?? { kind: 'symbol', end: at + 1 }
  )
}

function readBlank(sql: string, at: number, dialect: Dialect): Lexeme | null {
  const space = match(BLANK, sql, at)
  if (space) return { kind: 'blank', end: at + space.length }
  if (sql.startsWith('--', at) || (dialect === 'mysql' && sql[at] === '#')) {
    return { kind: 'blank', end: endOf(sql, '\n', at) }
  }
  if (sql.startsWith('/*', at)) return { kind: 'blank', end: endOfComment(sql, at, dialect) }
  return null
}

/** Postgres nests comments. */
function endOfComment(sql: string, at: number, dialect: Dialect): number {
  if (dialect !== 'postgres') return endOf(sql, '*/', at + 2)
  let depth = 0
  for (let index = at; index < sql.length; index += 1) {
    if (sql.startsWith('/*', index)) depth += 1
    else if (sql.startsWith('*/', index)) depth -= 1
    else continue
    index += 1
    if (depth === 0) return index + 1
  }
  return sql.length
}

function readQuoted(sql: string, at: number, dialect: Dialect): Lexeme | null {
  const quote = sql[at] ?? ''
  const escapes = dialect === 'mysql'
  if (quote === "'") return { kind: 'text', ...readUntil(sql, at, { quote, escapes }) }
  if (quote === '"') return { kind: escapes ? 'text' : 'name', ...readUntil(sql, at, { quote, escapes }) }
  if (quote === '`' && dialect !== 'postgres') return { kind: 'name', ...readUntil(sql, at, { quote, escapes: false }) }
  if (quote === '[' && dialect === 'sqlite')
    return { kind: 'name', ...readUntil(sql, at, { quote: ']', escapes: false }) }
  if (dialect !== 'postgres') return null
  if (/e/i.test(quote) && sql[at + 1] === "'") {
    return { kind: 'text', ...readUntil(sql, at + 1, { quote: "'", escapes: true }) }
  }
  const tag = quote === '$' ? match(DOLLAR_QUOTE, sql, at) : null
  if (!tag) return null
  const end = endOf(sql, tag, at + tag.length)
  return { kind: 'text', end, value: sql.slice(at + tag.length, end - tag.length) }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', 0: '\0', Z: '\x1a' }

/** A doubled quote stands for one. */
function readUntil(
  sql: string,
  start: number,
  { quote, escapes }: { quote: string; escapes: boolean },
): { end: number; value: string } {
  let value = ''
  for (let at = start + 1; at < sql.length; at += 1) {
    const character = sql[at] ?? ''
    if (escapes && character === '\\') {
      at += 1
      value += ESCAPES[sql[at] ?? ''] ?? sql[at] ?? ''
    } else if (character !== quote) value += character
    else if (sql[at + 1] !== quote) return { end: at + 1, value }
    else {
      at += 1
      value += quote
    }
  }
  return { end: sql.length, value }
}

function readParameter(sql: string, at: number, dialect: Dialect): Lexeme | null {
  const numbered = match(NUMBERED, sql, at)
  if (numbered && (numbered.startsWith('$') ? dialect !== 'mysql' : dialect === 'sqlite')) {
    return { kind: 'parameter', end: at + numbered.length, index: Number(numbered.slice(1)) - 1 }
  }
  if (dialect === 'postgres') return null
  if (sql[at] === '?') return { kind: 'parameter', end: at + 1 }
  const named = dialect === 'sqlite' ? match(NAMED, sql, at) : null
  return named ? { kind: 'parameter', end: at + named.length, index: -1 } : null
}

function readPlain(sql: string, at: number, dialect: Dialect): Lexeme | null {
  const word = match(WORD, sql, at)
  if (word) return { kind: 'word', end: at + word.length, value: word.toLowerCase() }
  const number = match(NUMBER, sql, at)
  if (number) return { kind: 'number', end: at + number.length }
  const operator = match(OPERATOR[dialect], sql, at)
  return operator ? { kind: 'symbol', end: at + lengthOfOperator(operator) } : null
}

/** An operator ends where a comment begins, and, when it is one of the common ones, before a sign: `a =-1`. */
function lengthOfOperator(operator: string): number {
  const comment = operator.search(/--|\/\*/)
  const own = comment > 0 ? operator.slice(0, comment) : operator
  return own.length > 1 && /^[*/<>=]+[-+]+$/.test(own) ? own.search(/[-+]/) : own.length
}

function match(pattern: RegExp, sql: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(sql)?.[0] ?? null
}

function endOf(sql: string, mark: string, from: number): number {
  const found = sql.indexOf(mark, from)
  return found === -1 ? sql.length : found + mark.length
}
