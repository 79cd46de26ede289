import type { Path, PathKind } from './types.ts'

/** A suite that runs on every save, and that a reviewer reads to the end. */
const MOST_TESTS = 15

/** Bugs that no test notices may be dozens; what is left of them the next proof says. */
const MOST_SURVIVORS = 12
/** More ids than these nobody reads. */
const MOST_IDS = 15

/** Leaves out variants that say least, and says which; no kind goes unseen. */
export function limitPaths(all: readonly Path[]): readonly Path[] {
  const paths = limitSurvivors(all)
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

/** The first ones matter most; those that the user wants no test of take no place. */
function limitSurvivors(paths: readonly Path[]): readonly Path[] {
  const open = paths.filter(({ kind, status }) => kind === 'survivor' && status === 'open')
  const dropped = open.slice(MOST_SURVIVORS)
  return withNote(
    paths.filter((path) => !dropped.includes(path)),
    'survivor',
    dropped,
  )
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
  const ids = dropped.slice(0, MOST_IDS).map((path) => path.id)
  const more = dropped.length > MOST_IDS ? ` and ${dropped.length - MOST_IDS} more` : ''
  const note: Path = {
    id: `${kind}.left-out`,
    kind,
    status: 'skipped',
    title: kind === 'survivor' ? 'more bugs that no test notices' : 'variants of the tests above',
    reason: `left out to keep the suite small: ${ids.join(', ')}${more}`,
  }
  const last = paths.findLastIndex((path) => path.kind === kind)
  return [...paths.slice(0, last + 1), note, ...paths.slice(last + 1)]
}
