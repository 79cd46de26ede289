import type { Verdict } from '../classify.ts'
import type { Expectation, ExpectationSource, Path } from '../plan/types.ts'
import type { BugProof } from '../prove/try-survivors.ts'
import { describeContrast } from './describe-contrast.ts'
import { plain } from './layout.ts'
import type { ReportedPath } from './types.ts'

const RANK: readonly ExpectationSource['kind'][] = ['spec', 'policy', 'code']

/** Runs of one test that do not agree. */
export interface Flaky {
  readonly status: 'flaky'
  readonly reason: string
}

export interface Judged {
  readonly path: Path
  /** Verdicts of its test; null when it has none. */
  readonly before: Verdict | null
  readonly now: Verdict | Flaky | null
  /** Why no test was written. */
  readonly left: string | null
  /** What the tests said of the bug that the path is about; left out where it is about none. */
  readonly bug?: BugProof
}

/** A path with what the runs say of it. */
export function reportPath(judged: Judged, test: { readonly file: string; readonly text: string }): ReportedPath {
  const { path, before, now } = judged
  const expects = path.status === 'planned' ? path.expects : []
  return {
    id: path.id,
    kind: path.kind,
    title: path.title,
    expects: {
      source: highest(expects),
      items: expects.map((expectation) => ({ what: describeExpectation(expectation), source: expectation.source })),
    },
    before: before === null || before.status === 'skipped' ? null : before.status,
    now: now ? now.status : path.status === 'skipped' || isNoticed(judged) ? 'skipped' : 'open',
    class: now?.status === 'red' || now?.status === 'broken' ? now.class : null,
    reason: readReason(judged, test),
    beforeReason:
      before && before.status !== 'red'
        ? before.status === 'green'
          ? 'green although the route answered 501: it proves nothing about the route'
          : plain(before.reason)
        : null,
    bug: readBug(judged),
    isUnwanted: path.status === 'skipped' && path.by === 'config',
    violation: path.status === 'planned' ? path.violation : null,
    at: path.status === 'planned' ? path.at : null,
  }
}

/** Other tests see the bug, so it needs none of its own. */
function isNoticed({ bug }: Pick<Judged, 'bug'>): boolean {
  return bug !== undefined && bug.noticedBy.length > 0
}

function readBug({ path, bug }: Judged): ReportedPath['bug'] {
  if (path.status !== 'open' || !path.bug) return null
  return { ...path.bug, noticedBy: bug?.noticedBy ?? [], note: bug ? bug.note : 'no test was written' }
}

function highest(expects: readonly Expectation[]): ExpectationSource['kind'] | null {
  return RANK.find((kind) => expects.some((expectation) => expectation.source.kind === kind)) ?? null
}

function readReason(
  { path, now, left, bug }: Judged,
  test: { readonly file: string; readonly text: string },
): string | null {
  if (path.status === 'skipped') return path.reason
  if (!now && bug && isNoticed({ bug })) return `noticed by ${bug.noticedBy.join('; ')}`
  if (!now && path.status === 'open' && (left === null || left === path.missing)) return `missing ${path.missing}`
  if (!now) return plain(left ?? 'no test was written')
  if (now.status === 'green') return null

  if (now.status !== 'red' || now.class !== 'assertion' || !now.error) return plain(now.reason)
  const contrast = describeContrast(now.error, test)
  return plain(now.crash === undefined ? contrast : `${contrast}; ${now.crash}`)
}

/** `status 201`, `1 row in orders`: an expectation in a few words. */
export function describeExpectation(expectation: Expectation): string {
  switch (expectation.observable) {
    case 'status':
      return `status ${expectation.equals}`
    case 'status-at-least':
      return `status ${expectation.minimum} or higher`
    case 'body':
      return `${expectation.match === 'whole' ? 'body' : 'body with'} ${JSON.stringify(expectation.value)}`
    case 'text':
      return `text ${JSON.stringify(expectation.equals)}`
    case 'rows':
      return `rows of ${expectation.table}: ${JSON.stringify(expectation.rows)}`
    case 'row-count':
      return `${expectation.count} ${expectation.count === 1 ? 'row' : 'rows'} in ${expectation.table}`
    case 'calls':
      return `calls to ${expectation.stub}: ${JSON.stringify(expectation.calls)}`
    case 'call-count':
      return `${expectation.count} ${expectation.count === 1 ? 'call' : 'calls'} to ${expectation.stub}`
    case 'distinct-keys':
      return `${expectation.count} distinct ${expectation.keyAt.at(-1)} sent to ${expectation.stub}`
    default:
      return expectation satisfies never
  }
}
