import type { KindRule } from '../context.ts'
import type { Path, PlannedBug } from '../types.ts'

const KIND = 'survivor'
/** Tests that a reviewer reads to the end; the next proof has the others. */
const MOST = 12

/** One path for each bug that no test noticed: always open, since no fact of the route says what it would change outside. */
export const planSurvivors: KindRule = ({ bugs }) => {
  const rest = bugs.slice(MOST).map(({ id }) => `${KIND}.${id}`)
  const note: Path = {
    id: `${KIND}.left-out`,
    kind: KIND,
    status: 'skipped',
    title: 'further bugs that no test notices',
    reason: `left out to keep the suite small: ${rest.join(', ')}`,
  }
  return [...bugs.slice(0, MOST).map(describe), ...(rest.length > 0 ? [note] : [])]
}

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
