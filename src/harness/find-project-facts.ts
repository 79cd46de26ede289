import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '../config/settings.ts'
import { UserError } from '../errors.ts'
import { PROJECT_FACTS_FILE, ProjectFacts } from './project-facts.ts'
import { readProjectFacts } from './read-project-facts.ts'

/** The variable through which the command line hands on what it knows of the project. */
export const FACTS_VARIABLE = 'ITEST_FACTS'

/** The facts that `itest gen` wrote; where it never ran, for tests by hand, what the code says. The config's variables win. Writes nothing. */
export async function findProjectFacts(root: string, settings: Settings): Promise<ProjectFacts> {
  const facts = await readOrFind(root, settings)
  return { ...facts, environment: { ...facts.environment, ...settings.env } }
}

async function readOrFind(root: string, { app, env }: Settings): Promise<ProjectFacts> {
  const handed = process.env[FACTS_VARIABLE]
  if (handed !== undefined) return ProjectFacts.parse(JSON.parse(handed))
  if (existsSync(join(root, PROJECT_FACTS_FILE))) return readProjectFacts(root)
  // Most runs need none of it.
  const [{ chooseBootEnvironment }, { describeProject }, { readCodebase }] = await Promise.all([
    import('../boot-environment.ts'),
    import('../project-setup.ts'),
    import('../scan/read-project.ts'),
  ])
  try {
    const { boot, database } = await readCodebase(root, { app, cache: true })
    const environment = chooseBootEnvironment(root, { boot, database, env })
    return describeProject(root, database, { plan: { environment: {} }, boot: environment }).facts
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const { message, hint } = error
    throw new UserError(`itest can't tell from the code in ${root} how to boot it for tests: ${message}`, {
      hint: `${hint ? `${hint} ` : ''}Vitest's root must be the folder of the app; \`itest doctor\` says what is found there.`,
      cause: error,
    })
  }
}
