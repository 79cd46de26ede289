import { showConfig } from '../config/find-config.ts'
import type { GenOptions } from '../options.ts'
import type { Codebase } from '../scan/types.ts'
import type { Check } from './types.ts'

/** Which config is used, and what it sets. */
export function checkConfig({ root, config, configKeys }: GenOptions): Check {
  const name = 'Config'
  if (config === null)
    return { name, status: 'ok', found: 'none, and none is needed', todo: '`itest init` writes one to start from.' }
  const set = configKeys.length > 0 ? configKeys.join(', ') : 'nothing'
  return { name, status: 'ok', found: `${showConfig(root, config)} sets ${set}`, todo: null }
}

/** Rules of `skip` for routes that are not there: they skip nothing, and nobody would see it. */
export function checkSkips({ skip }: GenOptions, { routes }: Codebase): Check[] {
  const known = new Set(routes.map(({ method, path }) => `${method} ${path}`))
  const unknown = [...new Set(skip.map(({ route }) => route).filter((route) => !known.has(route)))]
  if (unknown.length === 0) return []
  return [
    {
      name: 'Config',
      status: 'warning',
      found: `skip names ${unknown.length === 1 ? 'a route' : 'routes'} that the app does not have: ${unknown.join(', ')}`,
      todo: '`itest routes` lists those that it has.',
    },
  ]
}
