/**
 * The smallest part of a list for which something holds, in the order of the list: halves first, then what is left without
 * each of ever smaller pieces (Zeller's delta debugging). It is expected to hold for the whole list. Null: it took more than
 * `limit` questions.
 */
export async function findSmallest<Item>(
  items: readonly Item[],
  holds: (part: readonly Item[]) => Promise<boolean>,
  limit: number,
): Promise<readonly Item[] | null> {
  let kept = items
  let pieces = 2
  let asked = 0
  while (kept.length > 1) {
    const found = await findPart(kept, pieces, async (part) => {
      asked += 1
      return asked <= limit && holds(part)
    })
    if (asked > limit) return null
    if (!found && pieces >= kept.length) return kept
    pieces = found ? Math.max(2, Math.min(found.pieces, found.part.length)) : Math.min(pieces * 2, kept.length)
    kept = found?.part ?? kept
  }
  return kept
}

async function findPart<Item>(
  items: readonly Item[],
  pieces: number,
  holds: (part: readonly Item[]) => Promise<boolean>,
): Promise<{ part: readonly Item[]; pieces: number } | null> {
  const parts = split(items, pieces)
  for (const part of parts) if (await holds(part)) return { part, pieces: 2 }
  // Of two pieces each is what is left without the other.
  if (pieces === 2) return null
  for (const part of parts) {
    const rest = items.filter((item) => !part.includes(item))
    if (await holds(rest)) return { part: rest, pieces: pieces - 1 }
  }
  return null
}

function split<Item>(items: readonly Item[], pieces: number): Item[][] {
  const at = (index: number): number => Math.floor((index * items.length) / pieces)
  return Array.from({ length: pieces }, (_, index) => items.slice(at(index), at(index + 1)))
}
