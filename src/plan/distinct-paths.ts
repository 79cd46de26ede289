import type { Path } from './types.ts'

/** What is reached in several ways is one test; another test under the same name gets a number, so that none is lost. */
export function distinctPaths(paths: readonly Path[]): Path[] {
  const kept: Path[] = []
  for (const path of paths) {
    if (path.status !== 'planned') continue
    const twins = kept.filter((other) => other.id === path.id || isNumbered(other.id, path.id))
    if (twins.some((other) => isSameTest(other, path))) continue
    kept.push(twins.length === 0 ? path : { ...path, id: `${path.id}-${twins.length + 1}` })
  }
  const ids = new Set(kept.map((path) => path.id))
  const others = paths.filter((path) => path.status !== 'planned' && !ids.has(path.id))
  return [...kept, ...new Map(others.map((path) => [path.id, path])).values()]
}

function isSameTest(path: Path, other: Path): boolean {
  if (path.status !== 'planned' || other.status !== 'planned') return false
  return (
    JSON.stringify([path.given.requests, path.given.stubs]) ===
    JSON.stringify([other.given.requests, other.given.stubs])
  )
}

function isNumbered(id: string, base: string): boolean {
  return id.startsWith(`${base}-`) && /^\d+$/.test(id.slice(base.length + 1))
}
