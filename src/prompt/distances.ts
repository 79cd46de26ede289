import type { Dossier, SourceLocation, VisitedSource } from '../scan/types.ts'

/** How many calls away from the handler something happens in a function; without an entry: nothing that the scan saw does. */
export type Distances = ReadonlyMap<VisitedSource, number>

/** By the queries, outgoing calls, checks and answers that are made in a function or below it. */
export function findDistances({ scenarios }: Dossier, sources: readonly VisitedSource[]): Distances {
  const places = new Map<string, { at: SourceLocation; distance: number }>()
  for (const { at, stack } of scenarios.flatMap(({ events }) => events)) {
    // A frame's place is that of the call, which stands in the function before it.
    const calls = stack.slice(1).map((frame, index) => ({ at: frame, distance: index }))
    for (const place of [...calls, { at, distance: Math.max(0, stack.length - 1) }]) {
      const key = `${place.at.file}:${place.at.line}`
      const known = places.get(key)
      if (!known || known.distance > place.distance) places.set(key, place)
    }
  }
  const distances = new Map<VisitedSource, number>()
  for (const source of sources) {
    const inside = [...places.values()].filter(({ at }) => isInside(at, source)).map(({ distance }) => distance)
    if (inside.length > 0) distances.set(source, Math.min(...inside))
  }
  return distances
}

export function isInside({ file, line }: SourceLocation, source: VisitedSource): boolean {
  return file === source.at.file && line >= source.at.line && line <= lastLine(source)
}

export function lastLine({ at, text }: VisitedSource): number {
  return at.line + text.split('\n').length - 1
}
