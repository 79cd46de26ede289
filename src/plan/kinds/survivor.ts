import type { KindRule } from '../context.ts'
import type { Path, PlannedBug } from '../types.ts'

const KIND = 'survivor'

/** One path for each bug that no test noticed: always open, since no fact of the route says what it would change outside. */
export const planSurvivors: KindRule = ({ bugs }) => bugs.map(describe)

function describe(bug: PlannedBug): Path {
  return {
    id: `${KIND}.${bug.id}`,
    kind: KIND,
    status: 'open',
    title: `nothing would notice if ${bug.file}:${bug.line} ${bug.change}`,
    missing: 'a request for which that would make a difference that a test can see',
    bug,
  }
}
