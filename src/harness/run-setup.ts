import { randomBytes } from 'node:crypto'
import type { TestProject } from 'vitest/node'
import type { Settings } from '../config/settings.ts'
import { UserError } from '../errors.ts'
import { openDesk } from './database/template-desk.ts'
import { ENGINE_VARIABLE, WITHOUT_DATABASE_VARIABLE } from './engine/engine-variable.ts'
import { findProjectFacts } from './find-project-facts.ts'
import { type OnDemand, onDemand } from './on-demand.ts'
import type { ProjectFacts } from './project-facts.ts'
import './run-context.ts'
import { readRunSettings } from './read-run-settings.ts'
import type { RunDatabases } from './run-databases.ts'

/** By the root of the project whose tests run. */
const runs = new Map<string, OnDemand<RunDatabases>>()

/** Once per run. What a database needs is loaded and started when the first test file needs one. */
export async function setUpRun(project: TestProject): Promise<() => Promise<void>> {
  const { root } = project.config
  const settings = await readRunSettings(root, project.config.provide.itestConfig ?? null)
  const facts = process.env[WITHOUT_DATABASE_VARIABLE] ? null : await findProjectFacts(root, settings)
  const id = randomBytes(4).toString('hex')
  const given = process.env[ENGINE_VARIABLE] ?? null
  const databases = onDemand(async () => {
    if (facts) return openDatabases(project, { id, facts, given, settings })
    throw new UserError('itest can not tell from the code how to make the database of this project', {
      hint: '`itest doctor` says what is found there.',
    })
  })
  // The parent runs tests that need a database, and reports why there is none before it runs any.
  if (given && facts) await databases.get()
  // A file is opened without waiting, so each test file asks at once, and making it takes no time to speak of.
  else if (facts?.database.dialect === 'sqlite') databases.get().catch(() => {})
  const desk = await openDesk(databases)
  runs.set(root, databases)
  project.provide('itest', { id, root, facts, config: settings.file, desk: desk.address })
  return async () => {
    runs.delete(root)
    desk.close()
    if (databases.progress === 'not begun') return
    const opened = await databases.get().catch(() => null)
    await opened?.close()
  }
}

/** Resolves when the run is ready for databases, or never will be, which its tests are told. */
export async function beginDatabases(root: string): Promise<void> {
  await runs
    .get(root)
    ?.get()
    .catch(() => {})
}

async function openDatabases(
  project: TestProject,
  needs: { id: string; facts: ProjectFacts; given: string | null; settings: Settings },
): Promise<RunDatabases> {
  const { openRunDatabases } = await import('./run-databases.ts')
  const { root, provide } = project.config
  const { settings, ...rest } = needs
  const { engine, url } = settings.database
  return openRunDatabases({
    ...rest,
    root,
    preference: provide.itestEngine ?? engine ?? 'auto',
    databaseUrl: provide.itestDatabaseUrl ?? url,
    importModule: (file) => project.import<unknown>(file),
  })
}
