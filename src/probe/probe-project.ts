import type { Codebase } from '../scan/types.ts'
import { compareProbe } from './compare-probe.ts'
import { chooseProbeEnvironment } from './probe-environment.ts'
import { type ProbeOptions, probeRoutes } from './probe-routes.ts'
import type { ProbeFinding, ProbeResult } from './types.ts'

const TIME_LIMIT_MS = 60_000

export interface Probed {
  readonly probe: ProbeResult
  readonly findings: readonly ProbeFinding[]
}

/** Starts the apps of a scanned project in a child process without network, and compares what they register. */
export async function probeProject(
  codebase: Codebase,
  world: Pick<ProbeOptions, 'root' | 'parent' | 'signal'>,
): Promise<Probed> {
  const { boot, database } = codebase
  const probe = await probeRoutes({
    ...world,
    entries: chooseEntries(boot.apps),
    environment: chooseProbeEnvironment(world.root, boot, database),
    timeoutMs: TIME_LIMIT_MS,
  })
  return { probe, findings: compareProbe(codebase.routes, probe) }
}

/** The file that makes an app listen first: it may register more. The app's own file has the rest when that one fails. */
function chooseEntries(apps: Codebase['boot']['apps']): ProbeOptions['entries'] {
  const wanted = apps.flatMap(({ startFile, file, how, exportName }) => [
    ...(startFile === null ? [] : [{ file: startFile, factory: null }]),
    { file, factory: startFile === null && how === 'factory' ? exportName : null },
  ])
  return [...new Map(wanted.map((entry) => [`${entry.file} ${entry.factory}`, entry])).values()]
}
