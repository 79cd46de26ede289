import path from 'node:path'
import { UserError } from '../errors.ts'
import type { GenOptions } from '../options.ts'
import { readCodebase } from '../scan/read-project.ts'
import type { Codebase } from '../scan/types.ts'
import { checkApps, checkEnvironment, checkHardCoded, checkStarts, checkTestMode } from './check-app.ts'
import { checkConfig, checkSkips } from './check-config.ts'
import { checkConnections, checkEngine, checkSchema } from './check-database.ts'
import { checkDrizzle, checkExpress, checkNode, checkVitest } from './check-packages.ts'
import { checkPlugin } from './check-plugin.ts'
import { checkWriter } from './check-writer.ts'
import type { Check, DoctorReport } from './types.ts'

/** What was found on this machine and in this project, and what to do about what is missing. Starts the database for a moment. */
export async function examine(
  options: GenOptions,
  world: { environment: Readonly<Record<string, string | undefined>>; signal: AbortSignal },
): Promise<DoctorReport> {
  const { root } = options
  const writer = await checkWriter(options, world.environment)
  const machine = [checkNode(process.versions.node), checkConfig(options), writer]
  const project = await readProject(options)
  const rest = 'status' in project ? [project] : await checkProject(project, options, world.signal)
  // In a monorepo the app's own package has them.
  const folder = path.join(root, path.dirname('status' in project ? '' : (project.apps[0]?.file ?? '')))
  const packages = [checkVitest(root), checkExpress(folder), checkDrizzle(folder)]
  const checks = [...machine, ...packages, ...rest, await checkPlugin(root)]
  return { schema: 'itest.doctor/1', checks, exitCode: checks.some(({ status }) => status === 'problem') ? 1 : 0 }
}

async function readProject(options: GenOptions): Promise<Codebase | Check> {
  try {
    return await readCodebase(options.root, options)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { name: 'App', status: 'problem', found: error.message, todo: error.hint }
  }
}

async function checkProject(codebase: Codebase, options: GenOptions, signal: AbortSignal): Promise<Check[]> {
  const { boot, database } = codebase
  return [
    ...checkApps(codebase),
    checkEnvironment(options, codebase),
    ...checkSkips(options, codebase),
    ...checkTestMode(boot),
    ...checkStarts(boot),
    checkSchema(options.root, database),
    ...checkConnections(database),
    ...checkHardCoded(boot),
    ...(await checkEngine(options.root, database, {
      preference: options.database,
      databaseUrl: options.databaseUrl,
      signal,
    })),
  ]
}
