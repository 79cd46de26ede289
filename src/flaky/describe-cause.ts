import type { Clue } from './find-clue.ts'
import type { Finding } from './finding.ts'
import type { Cause, CauseKind, Culprit, FailureGroup } from './types.ts'

export interface Named {
  readonly name: string | null
  readonly failures: readonly FailureGroup[]
  /** Of the tests that the finding names. */
  readonly culprits: readonly Culprit[]
}

/** The cause in words: by what the failures themselves say, and else by what runs of their own have shown. */
export function describeCause(finding: Finding, clue: Clue | null, named: Named): Cause {
  const kind = clue?.kind ?? finding.kind
  const subject = { ...named, finding }
  return {
    kind,
    summary: SUMMARIES[kind](subject),
    culprits: named.culprits,
    evidence: [...(clue ? [clue.evidence] : []), ...finding.evidence],
    fix: FIXES[kind](subject),
  }
}

interface Subject extends Named {
  readonly finding: Finding
}

const SUMMARIES = {
  order: (subject) =>
    subject.finding.isNeed
      ? `it passes only after ${nameCulprits(subject)}, and fails alone`
      : `it fails after ${nameCulprits(subject)}, and passes alone`,
  'shared-state': (subject) =>
    `it fails while ${nameCulprits(subject)} ${subject.culprits.length === 1 ? 'runs' : 'run'} at the same time${
      subject.finding.isShared ? ' and the files share one database and the ports' : ''
    }, and passes without`,
  'unordered-rows': (subject) => `the same rows come in another order${afterCulprits(subject)}`,
  time: (subject) => `what it compares depends on the moment at which it runs${afterCulprits(subject)}`,
  port: (subject) =>
    subject.culprits.length === 0
      ? 'somebody else listens on the port that it asks for'
      : `it asks for a port that ${nameCulprits(subject)} listens on`,
  leak: () => 'what it started was still at work when it had passed, and failed then',
  load: () => 'it fails when the machine is busy, and hardly without: it depends on how fast something is',
  random: () =>
    'alone and always in one order it both fails and passes: the test or the code under test depends on chance',
  unknown: () => 'cause not found',
} satisfies Record<CauseKind, (subject: Subject) => string>

const FIXES = {
  order: (subject) =>
    subject.finding.isNeed
      ? `do in a beforeEach what ${nameCulprits(subject)} does for it, so that it can run alone`
      : `undo in an afterEach what ${nameCulprits(subject)} leaves behind (module state, stubs, timers), or make it anew in a beforeEach`,
  'shared-state': (subject) =>
    `give this file and ${nameCulprits(subject)} rows, files and folders of their own; until then, run them one after another (fileParallelism: false)`,
  'unordered-rows': () =>
    'give the query an orderBy, or sort both sides in the test: without one a database may answer in any order',
  time: () => 'stop the clock in the test (vi.setSystemTime), or compare with a range instead of a moment',
  port: () => 'listen on port 0 and ask server.address() for the port, or hand the app to supertest without listening',
  leak: () =>
    'wait for it in the test that starts it, or stop it in an afterEach (timers, servers, promises without await)',
  load: () =>
    'wait for the event itself (await it, or vi.waitFor) instead of for a time that was long enough on an idle machine',
  random: ({ failures }) =>
    `fix what is random on the way to ${nameFirst(failures)}: Math.random, randomUUID, generated data, the outcome of a race; stub it or assert what always holds`,
  unknown: ({ failures }) =>
    `look at ${nameFirst(failures)} with the messages above, and repeat it with more --runs on this file alone`,
} satisfies Record<CauseKind, (subject: Subject) => string>

function afterCulprits({ culprits, finding }: Subject): string {
  const isBeside = finding.kind === 'shared-state'
  if (culprits.length === 0 || finding.isNeed) return ''
  return `${isBeside ? ' beside' : ' after'} ${nameCulprits({ culprits })}`
}

function nameCulprits({ culprits }: Pick<Named, 'culprits'>): string {
  const [first] = culprits
  if (!first) return 'what runs before it'
  const name = first.name === null ? first.file : `"${first.name}"`
  return culprits.length === 1 ? name : `${name} and ${culprits.length - 1} more`
}

function nameFirst([first]: readonly FailureGroup[]): string {
  return first?.at ? `${first.at.file}:${first.at.line}` : 'the failure'
}
