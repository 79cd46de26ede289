import type { BootEnvironment } from '../boot-environment.ts'
import type { ReportedPath } from '../report/types.ts'
import type { RunFacts } from '../run/types.ts'
import type { ReadRoute } from '../scan/read-project.ts'

export interface HintInput {
  readonly read: Pick<ReadRoute, 'dossier' | 'database'>
  readonly paths: readonly Pick<ReportedPath, 'class'>[]
  /** Null when nothing ran. */
  readonly run: Pick<RunFacts, 'tests'> | null
  /** Variables that the app reads while it loads and that have no value. */
  readonly without: BootEnvironment['without']
}

/** What may be behind the results of several paths at once, and what to do about it. */
export function listHints(input: HintInput): string[] {
  if (input.run === null) return []
  return [...hintOnUnmade(input.read), ...hintOnLoading(input), ...hintOnLimits(input.run)]
}

/** Tables that only the app itself could make are none that a test can count on. */
function hintOnUnmade({ database, dossier }: HintInput['read']): string[] {
  const names = dossier.tables.flatMap(({ name }) => (database.unmade.includes(name) ? [name] : []))
  if (names.length === 0) return []
  const from = [database.migrations, ...database.furtherMigrations].join(', ')
  return [
    `No migration in ${from} makes ${names.join(', ')}, which the route uses: unless the app makes that itself, tests fail for want of it. Run \`npx drizzle-kit generate\`.`,
  ]
}

function hintOnLoading({ paths, read, without }: HintInput): string[] {
  if (!paths.some((one) => one.class === 'import')) return []
  const names = without.map(({ name, readAt: [at] }) => (at ? `${name} (${at.file}:${at.line})` : name))
  const variables =
    names.length > 0 ? ` It reads these variables, which have no value in tests: ${names.join(', ')}.` : ''
  const { app, boot } = read.dossier
  const startFile = boot.apps.find(({ file, line }) => file === app.file && line === app.line)?.startFile ?? app.file
  const start =
    startFile === app.file
      ? []
      : [`If ${startFile} prepares what ${app.file} needs, --app ${startFile} starts it there.`]
  return [
    `The app could not be loaded.${variables} What it lacks, set in .env.test, or under env in itest.config.ts.`,
    ...start,
  ]
}

/** Nobody can tell from outside what a limiter counts that the app wrote itself. */
function hintOnLimits({ tests }: Pick<RunFacts, 'tests'>): string[] {
  const limited = tests.filter(({ errors }) => errors.some(({ actual }) => actual === '429'))
  if (limited.length === 0) return []
  return [
    `${limited.length} of ${tests.length} tests were answered 429. Limits per address, and those of the usual packages, begin anew with each test; one that the app counts by itself for something else, such as a user, goes on from test to test.`,
  ]
}
