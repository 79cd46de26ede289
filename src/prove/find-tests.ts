import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../errors.ts'
import { listLedgers } from '../ledger.ts'

/** A test file that `itest gen` wrote, and for which route. */
interface Generated {
  /** Relative to the root. */
  readonly file: string
  /** `POST /orders`. */
  readonly route: string
}

/** The test files to prove, absolute: those named, else those generated for the route. @throws UserError for none */
export function findTests(root: string, wanted: { route: string; tests: readonly string[] }): readonly string[] {
  if (wanted.tests.length > 0) return wanted.tests.map((file) => resolveTest(root, file))
  const records = listGenerated(root).filter(({ route }) => route === wanted.route)
  const files = [...new Set(records.map(({ file }) => file))]
  if (files.length > 0) return files.map((file) => path.join(root, file))
  throw new UserError(`no tests of ${wanted.route} found: .itest has no record of any`, {
    hint: `\`itest gen ${wanted.route}\` writes them; \`itest prove ${wanted.route} --tests FILE\` takes tests of yours.`,
  })
}

/** The route that is meant when none is named: the only one with generated tests. @throws UserError for none or several */
export function findOnlyRoute(root: string): string {
  const routes = [...new Set(listGenerated(root).map(({ route }) => route))]
  const [only] = routes
  if (only !== undefined && routes.length === 1) return only
  const found = routes.length === 0 ? 'no generated tests' : `generated tests of ${routes.length} routes`
  throw new UserError(`expected a route to prove, found none named and ${found}`, {
    hint:
      routes.length === 0
        ? 'Example: itest gen POST /orders, then itest prove POST /orders.'
        : `One of: ${routes.join(', ')}.`,
  })
}

/** Of those files that are there still. @throws UserError for a ledger that can't be read */
function listGenerated(root: string): readonly Generated[] {
  const all = listLedgers(root).flatMap(({ file, route }) => (route === null ? [] : [{ file, route }]))
  return all.filter(({ file }) => existsSync(path.join(root, file)))
}

function resolveTest(root: string, given: string): string {
  const file = path.resolve(root, given)
  if (statSync(file, { throwIfNoEntry: false })?.isFile()) return file
  throw new UserError(`--tests ${given}: expected a test file, found nothing at ${file}`, {
    hint: 'Files are named relative to --root.',
  })
}
