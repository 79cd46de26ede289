import type { Expression } from '../../types.ts'
import { isMark, keywordOf, nameOf, type SqlToken, showTokens, splitBy, splitByComma, valuesIn } from './tokens.ts'

/** The column that a name stands for; null: which table has it is not known. */
export type FindColumn = (qualifier: string | null, name: string) => Expression | null

/** A condition as Drizzle's operators say it; what can't be read stands there as its text with its values. */
export function readCondition(tokens: readonly SqlToken[], find: FindColumn): Expression {
  const alternatives = splitBy(tokens, (token) => keywordOf(token) === 'OR')
  const read = alternatives.map((alternative) => join('and', conjuncts(alternative, find)))
  return join('or', read)
}

function join(name: 'and' | 'or', parts: readonly Expression[]): Expression {
  const [first] = parts
  return parts.length === 1 && first ? first : { kind: 'operation', name, operands: parts }
}

/** What `AND` joins, but for that of `BETWEEN`, and for what always holds: `1 = 1`. */
function conjuncts(tokens: readonly SqlToken[], find: FindColumn): Expression[] {
  const runs: SqlToken[][] = [[]]
  let isBetween = false
  for (const token of tokens) {
    const keyword = keywordOf(token)
    if (keyword === 'BETWEEN') isBetween = true
    if (keyword !== 'AND' || isBetween) runs.at(-1)?.push(token)
    else runs.push([])
    if (keyword === 'AND') isBetween = false
  }
  const read = runs.map((run) => readPredicate(run, find))
  const asked = read.filter((condition) => !alwaysHolds(condition))
  return asked.length > 0 ? asked : read.slice(0, 1)
}

function alwaysHolds(condition: Expression): boolean {
  if (condition.kind === 'literal') return condition.value === true
  if (condition.kind !== 'operation' || condition.name !== 'eq') return false
  const [left, right] = condition.operands
  return left?.kind === 'literal' && right?.kind === 'literal' && left.value === right.value
}

const COMPARING: Readonly<Record<string, string>> = {
  '=': 'eq',
  '==': 'eq',
  '<>': 'ne',
  '!=': 'ne',
  '>': 'gt',
  '>=': 'gte',
  '<': 'lt',
  '<=': 'lte',
  LIKE: 'like',
  ILIKE: 'ilike',
  IN: 'inArray',
}

function readPredicate(tokens: readonly SqlToken[], find: FindColumn): Expression {
  const [first] = tokens
  if (tokens.length === 1 && first?.kind === 'group' && !isQuery(first.items)) return readCondition(first.items, find)
  if (keywordOf(first) === 'NOT' && tokens.length > 1)
    return { kind: 'operation', name: 'not', operands: [readPredicate(tokens.slice(1), find)] }
  const at = tokens.findIndex((token) => comparisonOf(token) !== null || keywordOf(token) === 'IS')
  if (at < 1) return tokens.length === 1 ? readOperand(tokens, find) : leaf(tokens)
  const left = tokens.slice(0, at)
  const right = tokens.slice(at + 1)
  if (keywordOf(tokens[at]) === 'IS') return readNullTest(tokens, { left, right, find })
  const isNegated = keywordOf(left.at(-1)) === 'NOT'
  const name = comparisonOf(tokens[at]) ?? ''
  const compared = compare(name, { left: isNegated ? left.slice(0, -1) : left, right, find })
  if (!compared) return leaf(tokens)
  return isNegated ? { kind: 'operation', name: 'not', operands: [compared] } : compared
}

function comparisonOf(token: SqlToken | undefined): string | null {
  const text = token?.kind === 'mark' ? token.text : keywordOf(token)
  return Object.hasOwn(COMPARING, text) ? (COMPARING[text] ?? null) : null
}

interface Sides {
  readonly left: readonly SqlToken[]
  readonly right: readonly SqlToken[]
  readonly find: FindColumn
}

function readNullTest(tokens: readonly SqlToken[], { left, right, find }: Sides): Expression {
  const isNot = keywordOf(right[0]) === 'NOT'
  const isNull = keywordOf(right[isNot ? 1 : 0]) === 'NULL' && right.length === (isNot ? 2 : 1)
  if (!isNull) return leaf(tokens)
  return { kind: 'operation', name: isNot ? 'isNotNull' : 'isNull', operands: [readOperand(left, find)] }
}

function compare(name: string, { left, right, find }: Sides): Expression | null {
  if (left.length === 0 || right.length === 0) return null
  if (name !== 'inArray')
    return { kind: 'operation', name, operands: [readOperand(left, find), readOperand(right, find)] }
  const [list] = right
  if (right.length !== 1 || list?.kind !== 'group' || isQuery(list.items)) return null
  const items = splitByComma(list.items).map((item) => readOperand(item, find))
  const open = list.items.some(({ kind }) => kind === 'splice')
  return { kind: 'operation', name, operands: [readOperand(left, find), { kind: 'array', items, open }] }
}

function isQuery([first]: readonly SqlToken[]): boolean {
  return /^(?:SELECT|WITH|VALUES)$/.test(keywordOf(first))
}

const CONSTANTS: Readonly<Record<string, boolean | null>> = { TRUE: true, FALSE: false, NULL: null }

/** A column, a value, a call of a function, or the text of anything else. */
export function readOperand(tokens: readonly SqlToken[], find: FindColumn): Expression {
  const [first, second, third] = withoutCast(tokens)
  const length = withoutCast(tokens).length
  if (length === 1 && (first?.kind === 'value' || first?.kind === 'expression')) return first.value
  if (length === 1 && first?.kind === 'group' && !isQuery(first.items)) return readOperand(first.items, find)
  if (length === 2 && isMark(first, '-') && second?.kind === 'value' && second.value.kind === 'literal')
    return { kind: 'literal', value: -Number(second.value.value) }
  const keyword = keywordOf(first)
  if (length === 1 && Object.hasOwn(CONSTANTS, keyword)) return { kind: 'literal', value: CONSTANTS[keyword] ?? null }
  const name = nameOf(first)
  const column = length === 3 && isMark(second, '.') ? nameOf(third) : null
  if (column !== null) return find(name ?? (first?.kind === 'table' ? first.name : null), column) ?? leaf(tokens)
  if (length === 1 && name !== null && !/^CURRENT_/.test(keyword)) return find(null, name) ?? leaf(tokens)
  if (length === 2 && name !== null && second?.kind === 'group' && !isQuery(second.items))
    return readCall(name.toLowerCase(), second.items, find)
  return leaf(tokens)
}

function readCall(name: string, args: readonly SqlToken[], find: FindColumn): Expression {
  const isAll = args.length === 1 && isMark(args[0], '*')
  const operands = isAll || args.length === 0 ? [] : splitByComma(args).map((argument) => readOperand(argument, find))
  return { kind: 'operation', name, operands }
}

/** `$1::uuid[]` is the value. */
function withoutCast(tokens: readonly SqlToken[]): readonly SqlToken[] {
  const at = tokens.findIndex((token) => isMark(token, '::'))
  return at > 0 && tokens[0]?.kind === 'value' ? tokens.slice(0, at) : tokens
}

/** Text that is not taken apart, as Drizzle's `sql` has it. */
export function leaf(tokens: readonly SqlToken[]): Expression {
  return {
    kind: 'operation',
    name: 'sql',
    operands: [{ kind: 'literal', value: showTokens(tokens) }, ...valuesIn(tokens)],
  }
}
