import type { Change, Edit, Mutant } from './types.ts'

/** The name of the switch, as the code with mutants asks for it. */
export const SWITCH = '__itestMutant'

type Switched = Edit & { readonly id: number }

/**
 * The text of a file with all its mutants in it, each behind its number, so that one compiled module is every one of
 * them. Nodes of a syntax tree lie within each other or apart, and so do the edits.
 */
export function compileSchemata(text: string, mutants: readonly Pick<Mutant, 'id' | 'edits'>[]): string {
  const edits = mutants.flatMap(({ id, edits }) => edits.map((edit) => ({ ...edit, id })))
  return emit(text, { start: 0, end: text.length, isInside: false }, edits)
}

/** The text of a file with one change carried out, as a person would have written it. */
export function rewrite(text: string, { edits }: Pick<Change, 'edits'>): string {
  const ordered = edits.toSorted((a, b) => b.start - a.start)
  let result = text
  for (const { start, end, text: replacement, as } of ordered) {
    const inside = as === 'expression' ? `(${replacement})` : as === 'statement' ? `{ ${replacement} }` : replacement
    result = `${result.slice(0, start)}${inside}${as === 'before' ? '\n' : ''}${result.slice(end)}`
  }
  return result
}

interface Range {
  readonly start: number
  readonly end: number
  /** It stands in parentheses, so nothing at its start begins a statement any more. */
  readonly isInside: boolean
}

function emit(text: string, { start, end, isInside }: Range, edits: readonly Switched[]): string {
  const rest = edits.toSorted(byPlace)
  let out = ''
  let position = start
  for (let first = rest[0]; first !== undefined; first = rest[0]) {
    const { start: from, end: to, as } = first
    const isHere = (edit: Switched): boolean => edit.start === from && edit.end === to && edit.as === as
    const here = rest.filter(isHere)
    const inside = as === 'before' ? [] : rest.filter((edit) => !isHere(edit) && edit.start >= from && edit.end <= to)
    const taken = new Set([...here, ...inside])
    rest.splice(0, rest.length, ...rest.filter((edit) => !taken.has(edit)))
    const original = emit(text, { start: from, end: to, isInside: as === 'expression' }, inside)
    // Without semicolons, the parenthesis would call what stands on the line above.
    const separator = first.opensStatement && !(isInside && from === start) ? ';' : ''
    out += text.slice(position, from) + separator + choose(as, here, original)
    position = to
  }
  return out + text.slice(position, end)
}

/** What is put in front comes first; of two with one range, a statement is around its expression. */
const ORDER = { before: 0, statement: 1, expression: 2 } satisfies Record<Edit['as'], number>

function byPlace(a: Edit, b: Edit): number {
  return (
    a.start - b.start ||
    Number(a.as !== 'before') - Number(b.as !== 'before') ||
    b.end - a.end ||
    ORDER[a.as] - ORDER[b.as]
  )
}

function choose(as: Edit['as'], here: readonly Switched[], original: string): string {
  const isOn = ({ id }: Switched): string => `globalThis.${SWITCH}?.(${id})`
  switch (as) {
    case 'before':
      return here.map((edit) => `;if (${isOn(edit)}) { ${edit.text} } `).join('')
    case 'statement':
      return `{ ${here.map((edit) => `if (${isOn(edit)}) { ${edit.text} } else `).join('')}{ ${original}\n} }`
    case 'expression':
      return `(${here.map((edit) => `${isOn(edit)} ? (${edit.text}) : `).join('')}(${original}))`
    default:
      return as satisfies never
  }
}
