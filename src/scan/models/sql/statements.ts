import { isMark, keywordOf, nameOf, type SqlToken, splitBy } from './tokens.ts'

/** A table as a statement names it. */
export interface SqlSource {
  readonly schema: string | null
  readonly name: string
  /** What the rest of the statement calls it. */
  readonly alias: string
  /** The schema's reader gave the name: it came as a value of the code. */
  readonly isKnown: boolean
}

export type Verb = 'select' | 'insert' | 'update' | 'delete' | 'raw'

export interface SqlStatement {
  readonly verb: Verb
  /** Tables, those of subqueries after those of the statement itself. */
  readonly sources: readonly SqlSource[]
  /** How many of them are the statement's own. */
  readonly own: number
  /** Its rows come from something else than one table. */
  readonly isJoined: boolean
  /** `or ignore`, `or replace`, `ignore` between verb and table. */
  readonly option: string
  readonly clauses: ReadonlyMap<string, readonly SqlToken[]>
  /** A part that only a run knows may hold more tables or conditions. */
  readonly isOpen: boolean
}

const VERBS: Readonly<Record<string, Verb>> = {
  SELECT: 'select',
  VALUES: 'select',
  TABLE: 'select',
  INSERT: 'insert',
  REPLACE: 'insert',
  UPDATE: 'update',
  DELETE: 'delete',
  TRUNCATE: 'delete',
}

/** What one statement is about; a statement of another kind is `raw`. */
export function readStatement(tokens: readonly SqlToken[]): SqlStatement {
  const [first] = tokens
  if (first?.kind === 'group' && tokens.length === 1) return readStatement(first.items)
  if (keywordOf(first) === 'WITH') return readWith(tokens)
  const [main = [], ...unions] = splitBy(tokens, (token) => UNION.test(keywordOf(token)))
  const statement = readPlain(main)
  if (unions.length === 0) return statement
  const others = unions.map((union) => readStatement(union.filter((token) => keywordOf(token) !== 'ALL')))
  return {
    ...statement,
    sources: [...statement.sources, ...others.flatMap(({ sources }) => sources)],
    isJoined: true,
    isOpen: statement.isOpen || others.some(({ isOpen }) => isOpen),
  }
}

const UNION = /^(?:UNION|INTERSECT|EXCEPT)$/

function readPlain(tokens: readonly SqlToken[]): SqlStatement {
  const verb = VERBS[keywordOf(tokens[0])] ?? 'raw'
  const clauses = splitClauses(tokens)
  const own = verb === 'raw' ? [] : ownTables(verb, clauses)
  const sources = own.filter((source) => source !== null)
  const from = verb === 'select' ? clauses.get('from') : (clauses.get('using') ?? clauses.get('from'))
  const rest = [...clauses.values()].filter((clause) => clause !== from)
  const deeper = [...nestedIn(from ?? []), ...selectedIn(verb, tokens), ...rest.flatMap((clause) => nestedIn(clause))]
  return {
    verb,
    sources: [...sources, ...deeper.flatMap((query) => query.sources)],
    own: sources.length,
    isJoined: own.length > 1 || own.length > sources.length,
    option: optionOf(clauses.get('into') ?? []),
    clauses,
    isOpen: (from ?? []).some(isSplice) || deeper.some(({ isOpen }) => isOpen),
  }
}

/** The query of `INSERT INTO orders SELECT ...`. */
function selectedIn(verb: Verb, tokens: readonly SqlToken[]): SqlStatement[] {
  const start = verb === 'insert' ? tokens.findIndex((token) => /^(?:SELECT|WITH)$/.test(keywordOf(token))) : -1
  return start > 0 ? [readStatement(tokens.slice(start))] : []
}

function isSplice({ kind }: SqlToken): boolean {
  return kind === 'splice'
}

/** `WITH a AS (...), b AS (...) SELECT ...`: the names are no tables; a statement inside may well write. */
function readWith(tokens: readonly SqlToken[]): SqlStatement {
  const start = tokens.findIndex((token) => VERBS[keywordOf(token)] !== undefined)
  const main = readStatement(start < 0 ? [] : tokens.slice(start))
  const before = tokens.slice(1, start < 0 ? undefined : start)
  const names = new Set(
    before.flatMap((token, index) => {
      const name = nameOf(token)?.toLowerCase()
      const next = before[index + 1]
      return name && (keywordOf(next) === 'AS' || next?.kind === 'group') && keywordOf(token) !== 'AS' ? [name] : []
    }),
  )
  const inner = before.flatMap((token) => (token.kind === 'group' ? nestedIn([token]) : []))
  const isTable = ({ name, schema }: SqlSource): boolean => schema !== null || !names.has(name.toLowerCase())
  const own = main.sources.slice(0, main.own).filter(isTable)
  const other = [...main.sources.slice(main.own), ...inner.flatMap(({ sources }) => sources)].filter(isTable)
  const writes = [main, ...inner].map(({ verb }) => verb).filter((verb) => verb !== 'select')
  return {
    ...main,
    verb: writes.length > 1 || (main.verb === 'select' && writes.length > 0) ? 'raw' : main.verb,
    sources: [...own, ...other],
    own: own.length,
    isJoined: main.isJoined || own.length < main.own,
    isOpen: main.isOpen || inner.some(({ isOpen }) => isOpen),
  }
}

/** Queries in parentheses, at any depth. */
function nestedIn(tokens: readonly SqlToken[]): SqlStatement[] {
  return tokens.flatMap((token) => {
    if (token.kind !== 'group') return []
    const [first] = token.items
    const isQuery = /^(?:SELECT|WITH|INSERT|UPDATE|DELETE)$/.test(keywordOf(first))
    return isQuery ? [readStatement(token.items)] : nestedIn(token.items)
  })
}

const STARTS: Readonly<Record<string, string>> = {
  SELECT: 'select',
  FROM: 'from',
  WHERE: 'where',
  GROUP: 'group',
  HAVING: 'having',
  WINDOW: 'window',
  ORDER: 'order',
  LIMIT: 'limit',
  OFFSET: 'offset',
  FETCH: 'fetch',
  RETURNING: 'returning',
  SET: 'set',
  VALUES: 'values',
  INTO: 'into',
  INSERT: 'into',
  REPLACE: 'into',
  UPDATE: 'update',
  TRUNCATE: 'update',
  USING: 'using',
  FOR: 'for',
}

/** The words of each clause, without the word that begins it. */
function splitClauses(tokens: readonly SqlToken[]): Map<string, SqlToken[]> {
  const clauses = new Map<string, SqlToken[]>()
  let current = ''
  for (const [index, token] of tokens.entries()) {
    const started = clauseAt(tokens, index, current)
    if (started !== null) current = started
    else clauses.get(current)?.push(token)
    if (!clauses.has(current)) clauses.set(current, [])
  }
  return clauses
}

function clauseAt(tokens: readonly SqlToken[], index: number, current: string): string | null {
  const keyword = keywordOf(tokens[index])
  const next = keywordOf(tokens[index + 1])
  // What a conflict does has clauses of its own.
  if (current === 'conflict') return keyword === 'RETURNING' ? 'returning' : null
  if (keyword === 'ON') return /^(?:CONFLICT|DUPLICATE)$/.test(next) ? 'conflict' : null
  if (keyword === 'USING') return keywordOf(tokens[0]) === 'DELETE' ? 'using' : null
  if (keyword === 'FOR') return /^(?:UPDATE|SHARE|NO|KEY)$/.test(next) ? 'for' : null
  if (keyword === 'FROM' && keywordOf(tokens[index - 1]) === 'DISTINCT' && current !== 'select') return null
  if (isMark(tokens[index - 1], '.')) return null
  if (/^(?:UPDATE|REPLACE|INSERT|TRUNCATE)$/.test(keyword) && index > 0) return null
  return Object.hasOwn(STARTS, keyword) ? (STARTS[keyword] ?? null) : null
}

function ownTables(verb: Verb, clauses: ReadonlyMap<string, readonly SqlToken[]>): (SqlSource | null)[] {
  if (verb === 'select') return tablesOf(clauses.get('from') ?? [])
  if (verb === 'insert') return tablesOf(afterOption(clauses.get('into') ?? [])).slice(0, 1)
  if (verb === 'update')
    return [...tablesOf(afterOption(clauses.get('update') ?? [])), ...tablesOf(clauses.get('from') ?? [])]
  return [...tablesOf(clauses.get('from') ?? clauses.get('update') ?? []), ...tablesOf(clauses.get('using') ?? [])]
}

const OPTION = /^(?:OR|IGNORE|REPLACE|ABORT|FAIL|ROLLBACK|INTO|LOW_PRIORITY|DELAYED|TABLE)$/

function optionOf(tokens: readonly SqlToken[]): string {
  return tokens
    .slice(0, 3)
    .map(keywordOf)
    .filter((word) => OPTION.test(word))
    .join(' ')
}

function afterOption(tokens: readonly SqlToken[]): readonly SqlToken[] {
  const start = tokens.findIndex((token) => !OPTION.test(keywordOf(token)))
  return start < 0 ? [] : tokens.slice(start)
}

/** `orders AS o LEFT JOIN users u ON ..., (SELECT ...) x`: one entry for each, null for what is no table. */
function tablesOf(from: readonly SqlToken[]): (SqlSource | null)[] {
  const starts = from.flatMap((token, index) =>
    index === 0 || isMark(token, ',') || /^(?:JOIN|STRAIGHT_JOIN)$/.test(keywordOf(token)) ? [index] : [],
  )
  return starts.flatMap((start) => {
    const begin = start === 0 && !isMark(from[0], ',') && keywordOf(from[0]) !== 'JOIN' ? 0 : start + 1
    return readSource(from.slice(begin))
  })
}

function readSource(tokens: readonly SqlToken[]): (SqlSource | null)[] {
  const skipped = tokens.findIndex((token) => !/^(?:ONLY|LATERAL|TABLE)$/.test(keywordOf(token)))
  const [first, ...rest] = tokens.slice(Math.max(skipped, 0))
  if (first?.kind === 'table')
    return [{ schema: null, name: first.name, alias: aliasOf(rest) ?? first.name, isKnown: true }]
  if (first?.kind === 'group') return nestedIn([first]).length > 0 ? [null] : tablesOf(first.items)
  const name = nameOf(first)
  if (name === null) return [null]
  const second = isMark(rest[0], '.') ? nameOf(rest[1]) : null
  const after = second === null ? rest : rest.slice(2)
  // `json_each(...)` makes rows; `orders (total)` of an insert names columns.
  if (after[0]?.kind === 'group' && first?.kind === 'word' && isFunction(name)) return [null]
  const alias = aliasOf(after) ?? second ?? name
  return [{ schema: second === null ? null : name, name: second ?? name, alias, isKnown: false }]
}

/** Functions that stand where a table may. */
function isFunction(name: string): boolean {
  return /^(?:json_(?:each|tree|table)|jsonb?_\w+|unnest|generate_\w+|string_to_table|regexp_\w+|pragma_\w+)$/i.test(
    name,
  )
}

const AFTER_TABLE =
  /^(?:ON|USING|LEFT|RIGHT|INNER|OUTER|FULL|CROSS|NATURAL|JOIN|STRAIGHT_JOIN|USE|FORCE|IGNORE|INDEXED|NOT|TABLESAMPLE|WITH|DEFAULT|OVERRIDING|CASCADE|RESTART|PARTITION)$/

function aliasOf(tokens: readonly SqlToken[]): string | null {
  const [first, second] = tokens
  if (keywordOf(first) === 'AS') return nameOf(second)
  return AFTER_TABLE.test(keywordOf(first)) ? null : nameOf(first)
}
