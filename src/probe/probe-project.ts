import type { Codebase } from '../scan/types.ts'
import { compareProbe } from './compare-probe.ts'
import { chooseProbeEnvironment } from './probe-environment.ts'
import { type ProbeOptions, probeRoutes } from './probe-routes.ts'
import type { ProbeFinding, ProbeResult } from './types.ts'

const TIME_LIMIT_MS = 60_000

const NOTHING: ProbeResult = {
  status: 'failed',
  reason: 'no app was found in the code, so there is no file to start',
  routes: [],
  blocked: [],
  troubles: [],
}

export interface Probed {
  readonly probe: ProbeResult
  readonly findings: readonly ProbeFinding[]
}

/**
 * Starts the apps of a scanned project in a child process without network, and compares what they register. An app may
 * want every variable that it reads, or stumble over one that holds an invented value: what fails one way is tried the other.
 */
export async function probeProject(
  codebase: Codebase,
  {
    env,
    ...world
  }: Pick<ProbeOptions, 'root' | 'parent' | 'signal'> & { readonly env: Readonly<Record<string, string>> },
): Promise<Probed> {
  const { boot, database } = codebase
  const entries = chooseEntries(boot.apps)
  const attempt = (isFull: boolean): Promise<ProbeResult> =>
    probeRoutes({
      ...world,
      entries,
      environment: chooseProbeEnvironment({ root: world.root, boot, database, isFull, env }),
      timeoutMs: TIME_LIMIT_MS,
    })
  const full = entries.length > 0 ? await attempt(true) : NOTHING
  const lean = full.status === 'failed' && full !== NOTHING ? await attempt(false) : full
  const probe = lean.status === 'complete' || lean.routes.length > full.routes.length ? lean : full
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
