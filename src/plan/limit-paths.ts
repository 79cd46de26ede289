import type { Path, PathKind } from './types.ts'

/** A suite that runs on every save, and that a reviewer reads to the end. */
const MOST_TESTS = 15

/** Leaves out variants that say least, and says which; no kind goes unseen. */
export function limitPaths(paths: readonly Path[]): readonly Path[] {
  const planned = paths.filter((path) => path.status === 'planned')
  const surplus = planned.length - MOST_TESTS
  if (surplus <= 0) return paths
  const candidates = planned
    .map((path, index) => ({ path, index, weight: weigh(path.id) }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || b.index - a.index)
  const dropped = new Set(candidates.slice(0, surplus).map(({ path }) => path.id))
  if (dropped.size === 0) return paths
  const kept = paths.filter((path) => !dropped.has(path.id))
  const droppedOf = (kind: PathKind): Path[] => paths.filter((path) => path.kind === kind && dropped.has(path.id))
  const noted = withNote(kept, 'validation', droppedOf('validation'))
  return withNote(noted, 'external-fails', droppedOf('external-fails'))
}

/** How little is lost: 0 for what must stay. */
function weigh(id: string): number {
  if (/^external-fails\..*-answers-429$/.test(id)) return 4
  if (/^external-fails\..*-answers-503$/.test(id)) return 2
  if (!id.startsWith('validation.')) return 0
  if (/-(?:wrong-type|too-long)$/.test(id)) return 5
  return /-(?:missing|contradiction)$/.test(id) ? 1 : 3
}

/** One skipped path that names what was left out, after the paths of its kind. */
function withNote(paths: readonly Path[], kind: PathKind, dropped: readonly Path[]): readonly Path[] {
  if (dropped.length === 0) return paths
  const note: Path = {
    id: `${kind}.left-out`,
    kind,
    status: 'skipped',
    title: 'variants of the tests above',
    reason: `left out to keep the suite small: ${dropped.map((path) => path.id).join(', ')}`,
  }
  const last = paths.findLastIndex((path) => path.kind === kind)
  return [...paths.slice(0, last + 1), note, ...paths.slice(last + 1)]
}
