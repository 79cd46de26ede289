import { delimiter } from 'node:path'
import { ABLATE_VARIABLE, ROUTE_VARIABLE } from '../harness/app/route-watch.ts'
import { describeEngine, type EngineAddress } from '../harness/engine/engine.ts'
import { ENGINE_VARIABLE, WITHOUT_DATABASE_VARIABLE } from '../harness/engine/engine-variable.ts'
import { FACTS_VARIABLE } from '../harness/find-project-facts.ts'
import type { ProjectFacts } from '../harness/project-facts.ts'
import { CONFIG_VARIABLE, type HandedSettings } from '../harness/read-run-settings.ts'
import { STUBS_VARIABLE } from '../harness/watch/stub-routes.ts'
import type { RouteName } from '../route-name.ts'

// What a Node process needs to work at all, and nothing that could be a credential.
const ALLOWED = ['PATH', 'TZ', 'LANG', 'LC_ALL', 'LC_CTYPE', 'SystemRoot', 'ComSpec', 'PATHEXT', 'NODE_ICU_DATA']

const ABLATED_STATUS = '501'

/** The whole environment of the child that runs the user's and the model's code. */
export function buildChildEnvironment(options: {
  parent: NodeJS.ProcessEnv
  home: string
  engine: EngineAddress | null
  facts?: ProjectFacts
  route: RouteName | null
  ablate: boolean
  settings?: HandedSettings
  stubs?: readonly RouteName[]
}): Record<string, string> {
  const { parent, home, engine, facts, route, settings = { file: null, env: {} }, stubs = [] } = options
  return {
    ...buildBareEnvironment(parent, home),
    ...(engine
      ? { [ENGINE_VARIABLE]: JSON.stringify(describeEngine(engine)) }
      : { [WITHOUT_DATABASE_VARIABLE]: 'true' }),
    ...(facts ? { [FACTS_VARIABLE]: JSON.stringify(facts) } : {}),
    [CONFIG_VARIABLE]: JSON.stringify(settings),
    ...(route ? { [ROUTE_VARIABLE]: `${route.method} ${route.path}` } : {}),
    ...(options.ablate ? { [ABLATE_VARIABLE]: ABLATED_STATUS } : {}),
    ...(stubs.length > 0 ? { [STUBS_VARIABLE]: JSON.stringify(stubs) } : {}),
  }
}

/** What any Node process needs, with a home folder of its own. */
export function buildBareEnvironment(parent: NodeJS.ProcessEnv, home: string): Record<string, string> {
  const allowed = ALLOWED.flatMap((name) => (parent[name] === undefined ? [] : [[name, parent[name]]]))
  return {
    PATH: ['/usr/bin', '/bin'].join(delimiter),
    ...Object.fromEntries(allowed),
    HOME: home,
    USERPROFILE: home,
    TMPDIR: home,
    TEMP: home,
    TMP: home,
    NODE_ENV: 'test',
  }
}
