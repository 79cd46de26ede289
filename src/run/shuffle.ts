/** As Vitest shuffles by `sequence.seed`. */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const left = [...items]
  const found: Item[] = []
  for (let turn = 0; left.length > 0; turn += 1) {
    const at = Math.floor(random(seed + turn) * left.length)
    const last = left.pop()
    if (last === undefined) break
    const [picked = last] = at === left.length ? [] : left.splice(at, 1, last)
    found.unshift(picked)
  }
  return found
}

function random(seed: number): number {
  const x = Math.sin(seed) * 10_000
  return x - Math.floor(x)
}
