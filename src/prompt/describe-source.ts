import type { Dossier, VisitedSource } from '../scan/types.ts'
import { type Distances, findDistances, isInside, lastLine } from './distances.ts'
import { cuttable, type Part } from './fit-budget.ts'

/** The functions of the project that a request runs through, as they stand in the files. */
export function describeSources(dossier: Dossier): Part[] {
  const { sources, route } = dossier
  // A function within another is shown with it.
  const whole = sources.filter((source) => !sources.some((other) => other !== source && isWithin(source, other)))
  const distances = findDistances(dossier, whole)
  return whole.map((source) => {
    const { text, cut } = describe(source, distances)
    return { text, cut: isInside(route.handler, source) ? null : cut }
  })
}

function isWithin(source: VisitedSource, other: VisitedSource): boolean {
  return isInside(source.at, other) && other.text.length > source.text.length && other.text.includes(source.text)
}

function describe(source: VisitedSource, distances: Distances): Part {
  const { name, at, text } = source
  const distance = distances.get(source)
  return cuttable(text, {
    head: `----- ${name}, ${at.file}:${at.line}`,
    what: `${at.file}:${at.line}-${lastLine(source)} ${name}`,
    turn: distance === undefined ? { kind: 'idle source', distance: 0 } : { kind: 'source', distance },
  })
}
