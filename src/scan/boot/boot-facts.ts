import type { Machine } from '../interpret/machine.ts'
import type { FoundApp } from '../routes/find-app.ts'
import type { ts } from '../syntax/syntax.ts'
import type { BootFacts, BootPart, DatabaseFacts, SourceLocation } from '../types.ts'
import { readAppBoot } from './app-boot.ts'
import { readHardCoded } from './database-address.ts'
import { readEnvironment } from './environment-facts.ts'
import { listNamed } from './named-variables.ts'
import { reachableFiles } from './reachable-files.ts'

/**
 * The part of the project that loads a file, and so does what is written in `place`; null for a file that no part loads,
 * e.g. of a script or a test. What a factory of the app does belongs to the app, whoever calls it. Paths are absolute.
 */
export type PartOf = (file: string, place?: string) => BootPart | null

/**
 * What happens before the first request. Loads every module that the app imports, so that what it says does not depend on
 * what was looked at before.
 */
export function readBootFacts(machine: Machine, apps: readonly FoundApp[], database: DatabaseFacts): BootFacts {
  const partOf = findParts(machine, apps)
  const { boot } = machine
  return {
    apps: apps.map((app) => readAppBoot(machine, app)),
    environment: readEnvironment(machine, partOf, database),
    named: listNamed(machine, partOf),
    configFiles: inOrder(boot.configFiles.flatMap(({ path, at, file }) => (partOf(file) ? [{ path, at }] : []))),
    starts: inOrder(
      boot.starts.flatMap(({ file, ...start }) => {
        const part = partOf(file, `${machine.root}/${start.at.file}`)
        return part ? [{ ...start, part }] : []
      }),
    ),
    assumedTexts: inOrder(writtenIn(partOf, boot.assumedTexts.values())),
    assumed: inOrder(writtenIn(partOf, boot.assumed.values())),
    hardCoded: readHardCoded(machine, partOf),
  }
}

/** What is written in a part of the project, without its node. */
function writtenIn<T extends { readonly node: ts.Node }>(partOf: PartOf, items: Iterable<T>): Omit<T, 'node'>[] {
  return [...items].flatMap(({ node, ...item }) => (partOf(node.getSourceFile().fileName) ? [item] : []))
}

function findParts(machine: Machine, apps: readonly FoundApp[]): PartOf {
  const absolute = (file: string): string => `${machine.root}/${file}`
  const app = reachableFiles(
    machine,
    apps.map(({ entry }) => absolute(entry.file)),
  )
  const routers = new Set(apps.map(({ router }) => router))
  const listening = machine.listeners.flatMap((one) => (one.app.kind === 'router' && routers.has(one.app) ? [one] : []))
  const server = reachableFiles(
    machine,
    listening.map(({ file, at }) => file || absolute(at.file)),
  )
  const isMade = apps.some(({ entry }) => entry.how === 'factory')
  return (file, place = file) => {
    if (app.has(file) || (isMade && server.has(file) && app.has(place))) return 'app'
    return server.has(file) ? 'server' : null
  }
}

/** By place and once each: the order in which modules were looked at says nothing. */
function inOrder<T extends { readonly at: SourceLocation }>(items: readonly T[]): T[] {
  const byKey = new Map(
    items.map((item) => [`${item.at.file}:${String(item.at.line).padStart(6)} ${JSON.stringify(item)}`, item]),
  )
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item)
}
