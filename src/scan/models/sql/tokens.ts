import type { Expression } from '../../types.ts'

/** A piece of SQL as the code makes it: text of its own, or what it puts between. */
export type SqlPart =
  | { readonly kind: 'text'; readonly text: string }
  /** Sent beside the text, so that it is a value whatever it holds. */
  | { readonly kind: 'bound'; readonly value: Expression }
  /** A table of the Drizzle schema, by the name that the schema's reader gave it. */
  | { readonly kind: 'table'; readonly name: string }
  | { readonly kind: 'expression'; readonly value: Expression }
  /** Text that only a run knows. */
  | { readonly kind: 'splice'; readonly value: Expression }

export type SqlToken =
  | { readonly kind: 'word' | 'name' | 'mark'; readonly text: string }
  | { readonly kind: 'value' | 'splice' | 'expression'; readonly value: Expression }
  | { readonly kind: 'table'; readonly name: string }
  | { readonly kind: 'group'; readonly items: readonly SqlToken[] }

/** The values for `?`, `$1` and `:name`; null: which of them is meant is not known. */
export interface Bindings {
  readonly list: readonly Expression[] | null
  readonly named: Readonly<Record<string, Expression>> | null
}

/** A value that is bound, though it is not known which. */
const PARAMETER: Expression = { kind: 'operation', name: 'parameter', operands: [] }

interface Scan {
  readonly parts: readonly SqlPart[]
  readonly bindings: Bindings
  /** `"..."` is a text, and `?` a placeholder. */
  readonly isMysql: boolean
  readonly hasQuestionMarks: boolean
  questions: number
  /** Text of a run came before: how many placeholders it holds is not known. */
  isShifted: boolean
}

// Holes stand in the joined text as their number between two characters that no SQL has.
const HOLE = '\u0001'
const HOLES = new RegExp(`${HOLE}(\\d+)${HOLE}`, 'g')
const HOLE_IN = new RegExp(`${HOLE}(\\d+)${HOLE}`)
const TOKEN = new RegExp(
  [
    String.raw`(?<skip>\s+|--[^\n]*|/\*[\s\S]*?\*/)`,
    String.raw`(?<text>[eEnN]?'(?:[^'\\]|''|\\[\s\S])*')`,
    '(?<name>"(?:[^"]|"")*"|`[^`]*`)',
    String.raw`(?<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?\b)`,
    '(?<cast>::)',
    String.raw`(?<placeholder>\?\d*|\$\d+|[:@$][A-Za-z_]\w*)`,
    `(?<word>(?:[A-Za-z_\\u0080-\\uffff][\\w$\\u0080-\\uffff]*|${HOLE}\\d+${HOLE})+)`,
    String.raw`(?<mark><>|!=|>=|<=|\|\||->>|->|#>>|@>|<@|[\s\S])`,
  ].join('|'),
  'gy',
)

/** The words of a statement, with what stands in parentheses as one. */
export function readTokens(
  parts: readonly SqlPart[],
  options: { bindings: Bindings; dialect: 'postgres' | 'sqlite' | 'mysql' | null },
): SqlToken[] {
  const text = parts.map((part, index) => (part.kind === 'text' ? part.text : `${HOLE}${index}${HOLE}`)).join('')
  const { bindings, dialect } = options
  const scan: Scan = {
    parts,
    bindings,
    isMysql: dialect === 'mysql',
    hasQuestionMarks: dialect !== 'postgres',
    questions: 0,
    isShifted: false,
  }
  const flat = [...text.matchAll(TOKEN)].flatMap(({ groups = {} }) => readToken(scan, groups) ?? [])
  return nest(flat)
}

type Groups = Readonly<Record<string, string | undefined>>

function readToken(scan: Scan, groups: Groups): SqlToken | null {
  const { text, name, number, placeholder, word, cast, mark } = groups
  if (text !== undefined) return readText(scan, text)
  if (name !== undefined) return scan.isMysql && name.startsWith('"') ? readText(scan, name) : readName(scan, name)
  if (number !== undefined) return { kind: 'value', value: { kind: 'literal', value: Number(number) } }
  if (placeholder !== undefined) return readPlaceholder(scan, placeholder)
  if (word !== undefined) return readWord(scan, word)
  const other = cast ?? mark
  return other === undefined ? null : { kind: 'mark', text: other }
}

function readText(scan: Scan, quoted: string): SqlToken {
  const inner = quoted.slice(quoted.search(/['"]/) + 1, -1).replace(/''/g, "'")
  const pieces = inner.split(HOLES)
  if (pieces.length === 1) return { kind: 'value', value: { kind: 'literal', value: inner } }
  // Every second piece is the number of a hole.
  const operands = pieces.flatMap((piece, index): Expression[] => {
    if (index % 2 === 0) return piece === '' ? [] : [{ kind: 'literal', value: piece }]
    const part = scan.parts[Number(piece)]
    return part && 'value' in part ? [part.value] : [PARAMETER]
  })
  return { kind: 'value', value: { kind: 'operation', name: 'concat', operands } }
}

function readName(scan: Scan, quoted: string): SqlToken {
  return HOLE_IN.test(quoted) ? splice(scan) : { kind: 'name', text: quoted.slice(1, -1) }
}

/** A hole that is part of a word makes the whole of it unknown. */
function readWord(scan: Scan, word: string): SqlToken {
  const hole = word.match(HOLE_IN)
  if (!hole) return { kind: 'word', text: word }
  const part = scan.parts[Number(hole[1])]
  if (hole[0] !== word || !part || part.kind === 'text') return splice(scan)
  if (part.kind === 'bound') return { kind: 'value', value: part.value }
  if (part.kind === 'table') return { kind: 'table', name: part.name }
  if (part.kind === 'expression') return { kind: 'expression', value: part.value }
  return splice(scan, part.value)
}

function splice(scan: Scan, value: Expression = PARAMETER): SqlToken {
  scan.isShifted = true
  return { kind: 'splice', value }
}

function readPlaceholder(scan: Scan, text: string): SqlToken {
  if (text.startsWith('?') && !scan.hasQuestionMarks) return { kind: 'mark', text }
  const { list, named } = scan.bindings
  const number = text.slice(1)
  if (text === '?') scan.questions += 1
  const index = text === '?' ? scan.questions : Number(number)
  const isCounted = text === '?' || /^\d+$/.test(number)
  const found = isCounted ? list?.[index - 1] : named?.[number]
  const isKnown = found !== undefined && (text !== '?' || !scan.isShifted)
  return { kind: 'value', value: isKnown ? found : PARAMETER }
}

function nest(tokens: readonly SqlToken[]): SqlToken[] {
  const open: SqlToken[][] = [[]]
  for (const token of tokens) {
    if (token.kind === 'mark' && token.text === '(') open.push([])
    else if (token.kind === 'mark' && token.text === ')' && open.length > 1) close(open)
    else open.at(-1)?.push(token)
  }
  while (open.length > 1) close(open)
  return open[0] ?? []
}

function close(open: SqlToken[][]): void {
  const items = open.pop() ?? []
  open.at(-1)?.push({ kind: 'group', items })
}

/** The keyword that a token is, in upper case; empty for anything else. */
export function keywordOf(token: SqlToken | undefined): string {
  return token?.kind === 'word' ? token.text.toUpperCase() : ''
}

/** The text of a name, quoted or not; null for anything else. */
export function nameOf(token: SqlToken | undefined): string | null {
  return token?.kind === 'word' || token?.kind === 'name' ? token.text : null
}

export function isMark(token: SqlToken | undefined, text: string): boolean {
  return token?.kind === 'mark' && token.text === text
}

/** The runs of tokens between those that pass the test. */
export function splitBy(tokens: readonly SqlToken[], isEnd: (token: SqlToken) => boolean): SqlToken[][] {
  const runs: SqlToken[][] = [[]]
  for (const token of tokens) {
    if (isEnd(token)) runs.push([])
    else runs.at(-1)?.push(token)
  }
  return runs
}

export function splitByComma(tokens: readonly SqlToken[]): SqlToken[][] {
  return splitBy(tokens, (token) => isMark(token, ','))
}

/** A statement's words with the values in their places as `?`. */
export function showTokens(tokens: readonly SqlToken[]): string {
  return tokens
    .map(showToken)
    .join(' ')
    .replace(/ ?\. ?/g, '.')
    .replace(/ ,/g, ',')
}

function showToken(token: SqlToken): string {
  switch (token.kind) {
    case 'group':
      return `(${showTokens(token.items)})`
    case 'value':
      return token.value.kind === 'literal' ? JSON.stringify(token.value.value) : '?'
    case 'splice':
      return '…'
    case 'expression':
      return token.value.kind === 'column' ? token.value.column : '?'
    case 'table':
      return token.name
    default:
      return token.text
  }
}

/** Every value that is bound or spliced somewhere in the tokens. */
export function valuesIn(tokens: readonly SqlToken[]): Expression[] {
  return tokens.flatMap((token) => {
    if (token.kind === 'group') return valuesIn(token.items)
    if (token.kind === 'splice') return [token.value]
    return token.kind === 'value' && token.value.kind !== 'literal' ? [token.value] : []
  })
}
