/** One part of a prompt that may be left out when all of it is too long. */
export interface Part {
  readonly text: string
  /** What is left of it then, and when its turn comes; null: it always stays. */
  readonly cut: { readonly note: string; readonly turn: Turn; readonly record: CutPart } | null
}

/** What was left out of a prompt. */
export interface CutPart {
  /** `src/x.ts:10-80 parse` */
  readonly what: string
  readonly lines: number
  /** Estimated. */
  readonly tokens: number
  readonly why: string
}

/** What is least missed goes first; `distance`: within one kind, the highest first. */
export interface Turn {
  readonly kind: (typeof CUT_ORDER)[number]
  readonly distance: number
}

const CUT_ORDER = ['style reference', 'idle source', 'idle table', 'notes', 'source'] as const

const REASONS = {
  'style reference': 'it shows only how the project words its tests',
  'idle source': 'the route makes no query, call, check or answer there',
  'idle table': 'no path names it and the route does not write it',
  notes: 'the functions that are kept say more',
  source: 'of what was left to cut it is the farthest from the handler, or the longest',
} as const satisfies Record<Turn['kind'], string>

/** A part with the words that stand in its place when it is left out; `head` is a line of ours above it. */
export function cuttable(body: string, { head, what, turn }: { head?: string; what: string; turn: Turn }): Part {
  const text = head === undefined ? body : `${head}\n${body}`
  const lines = body.split('\n').length
  const note = `(${what}, ${lines} ${lines === 1 ? 'line' : 'lines'}, left out for length)`
  const record = { what, lines, tokens: estimateTokens(text), why: REASONS[turn.kind] }
  return { text, cut: { note, turn, record } }
}

/** Which parts to leave out so that a text of `length` (see `measure`) fits; all that may go, where even that is too long. */
export function chooseCuts(parts: readonly Part[], length: number, budget: number): ReadonlySet<Part> {
  const left = new Set<Part>()
  let rest = length
  for (const part of inTurn(parts)) {
    if (rest <= budget) break
    if (savingOf(part) <= 0) continue
    rest -= savingOf(part)
    left.add(part)
  }
  // A long part that came late may have made room for short ones that went before it.
  for (const part of [...left].reverse()) {
    if (rest + savingOf(part) > budget) continue
    rest += savingOf(part)
    left.delete(part)
  }
  return left
}

function savingOf({ text, cut }: Part): number {
  return measure(text) - measure(cut?.note ?? text)
}

/** What was cut, in the order in which it was. */
export function listCuts(left: ReadonlySet<Part>): CutPart[] {
  return inTurn([...left]).flatMap(({ cut }) => (cut ? [cut.record] : []))
}

export function showPart(part: Part, left: ReadonlySet<Part>): string {
  return part.cut && left.has(part) ? part.cut.note : part.text
}

function inTurn(parts: readonly Part[]): Part[] {
  const rank = ({ cut }: Part): number => (cut ? CUT_ORDER.indexOf(cut.turn.kind) : CUT_ORDER.length)
  const distance = ({ cut }: Part): number => cut?.turn.distance ?? 0
  return parts
    .filter(({ cut }) => cut !== null)
    .toSorted((a, b) => rank(a) - rank(b) || compare(distance(b), distance(a)) || b.text.length - a.text.length)
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b
}

/**
 * How many tokens a text has at most, as far as can be said without a model's own tokenizer. English has about four
 * characters a token and code three to four, so three is on the high side for ASCII; of anything else each byte of UTF-8
 * counts as a token, of which no tokenizer that works on bytes makes more.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(measure(text))
}

/** The same before it is rounded: two texts together have the sum of both. */
export function measure(text: string): number {
  let ascii = 0
  let bytes = 0
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    if (point < 0x80) ascii += 1
    else bytes += point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return ascii / CHARACTERS_A_TOKEN + bytes
}

const CHARACTERS_A_TOKEN = 3
