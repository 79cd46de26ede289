import { readFacts } from './facts/facts.ts'
import { describeInputs } from './facts/inputs.ts'
import { findOneSided } from './facts/one-sided.ts'
import type { Exploration } from './interpret/explore.ts'
import type { Machine } from './interpret/machine.ts'
import { type IndexedRoute, registrationOf } from './routes/index-routes.ts'
import { traceRequests } from './routes/trace-requests.ts'
import { locate } from './syntax/syntax.ts'
import { describeTables } from './tables/describe-tables.ts'
import type { AppEntry, Assumption, BootFacts, Dossier, Route, Table, Unresolved } from './types.ts'

/** Everything that is known of one route before a run. */
export function readDossier(
  machine: Machine,
  options: { indexed: readonly IndexedRoute[]; route: Route; boot: BootFacts; unread: readonly string[] },
): Dossier {
  const found = options.indexed.find(({ route }) => route === options.route)
  if (!found) throw new Error(`route ${options.route.method} ${options.route.path} is not of this scan`)
  machine.boot.routeReads.clear()
  const before = new Set(machine.unresolved.keys())
  const trace = {
    layers: found.layers,
    layer: found.layer,
    route: found.route,
    expressMajor: found.app.entry.expressMajor,
    anchor: registrationOf(machine, found.layer.at),
  }
  const { exploration, gates, sessions, noBody } = traceRequests(machine, trace)
  const unresolved = [...machine.unresolved].filter(([key]) => !before.has(key)).map(([, record]) => record)
  const tables = touchedTables(describeTables(machine), exploration.scenarios)
  const facts = readFacts(exploration, { route: found.route, tables })
  return {
    route: found.route,
    app: found.app.entry,
    scenarios: exploration.scenarios,
    inputs: describeInputs(exploration.scenarios, {
      route: found.route,
      isComplete: exploration.cut === 0,
      reads: exploration.reads.map(({ from, name, node }) => ({ from, name, at: locate(machine.root, node) })),
    }),
    ...facts,
    failures: [...facts.failures, ...noBody],
    gates,
    sessions,
    tables,
    confirmation: [],
    sources: exploration.sources,
    environment: [...new Set([...options.boot.environment.map(({ name }) => name), ...machine.boot.routeReads])],
    assumed: assumptionsOf(exploration, options.boot),
    boot: options.boot,
    unresolved: [
      ...exploration.unresolved,
      ...unresolved,
      ...leftOut(found.route),
      ...describeUnread(options.unread, found.app.entry),
      ...describeCut(exploration, found.route),
    ],
  }
}

/** How many ways were not looked at, and the decisions that no way was seen to take both ways. */
function describeCut({ cut, repeated, scenarios }: Exploration, { file, line }: Route): Unresolved[] {
  if (cut === 0) return []
  const reason = cut === repeated ? ': each differs from one that was in a decision that changed nothing there' : ''
  const what = `${cut} more ways through this route were not looked at${reason}`
  return [{ what, text: '', at: { file, line } }, ...findOneSided(scenarios)]
}

/** Those of the route itself, and those made of variables that it uses when modules were loaded. */
function assumptionsOf({ scenarios, assumed }: Exploration, boot: BootFacts): Assumption[] {
  const text = JSON.stringify(scenarios)
  const isUsed = (name: string): boolean => text.includes(JSON.stringify({ kind: 'env', name }))
  return [...assumed, ...boot.assumed.filter(({ name, value }) => name !== null && value === null && isUsed(name))]
}

/** Of a large app only the part is looked at that leads to the route. */
function describeUnread(names: readonly string[], { file, line }: AppEntry): Unresolved[] {
  if (names.length === 0) return []
  const what = `whether the app reads ${names.join(', ')} when it starts is not known: of the other routers nothing was followed`
  return [{ what, text: '', at: { file, line } }]
}

/** A route that is registered only where something else is set than a test has. */
function leftOut({ when, file, line }: Route): Unresolved[] {
  return when
    .filter(({ holds }) => !holds)
    .map(({ condition, wanted }) => ({
      what: `this route is not registered in a test: ${condition} is taken as ${!wanted}`,
      text: '',
      at: { file, line },
    }))
}

function touchedTables(tables: readonly Table[], scenarios: Dossier['scenarios']): Table[] {
  const wanted = new Set(
    scenarios.flatMap((scenario) =>
      scenario.events.flatMap((event) => (event.kind === 'db' ? [event.table ?? [], event.joins].flat() : [])),
    ),
  )
  for (let size = -1; size !== wanted.size; ) {
    size = wanted.size
    for (const table of tables.filter(({ name }) => wanted.has(name))) {
      for (const key of table.foreignKeys) wanted.add(key.table)
    }
  }
  return tables.filter(({ name }) => wanted.has(name))
}
