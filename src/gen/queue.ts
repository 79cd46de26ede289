/** Runs one piece of work at a time, in the order of asking. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>

export function openGate(): Gate {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work, work)
    last = next.catch(() => undefined)
    return next
  }
}

/** Works through a list, `limit` at a time; the results are in the order of the list. Once one throws, none is begun. */
export async function mapBounded<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Map<number, R>()
  const queue = items.entries()
  const serve = async (): Promise<void> => {
    for (const [index, item] of queue) results.set(index, await work(item, index))
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, serve))
  return [...results].toSorted(([one], [other]) => one - other).map(([, result]) => result)
}
