import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join, resolve } from 'node:path'

export interface PathSettings {
  /** Targets of each pattern, as they are written. */
  readonly paths: Readonly<Record<string, readonly string[]>>
  /** The folder that relative targets start from. */
  readonly base: string
}

/** What a tsconfig calls the folder of the one that extends it in the end. */
const CONFIG_FOLDER = /\$\{configDir\}/g

/** Of a tsconfig that only names others, the first that has some. */
function readReferences(file: string, asked: readonly string[]): PathSettings | null {
  const references: unknown = Reflect.get(readJson(file) ?? {}, 'references')
  for (const reference of Array.isArray(references) ? references : []) {
    const name: unknown = isObject(reference) && Reflect.get(reference, 'path')
    if (typeof name !== 'string') continue
    const target = resolve(dirname(file), name)
    const config = target.endsWith('.json') ? target : join(target, 'tsconfig.json')
    const found = asked.includes(config) ? null : readPathSettings(config, asked)
    if (found) return found
  }
  return null
}

interface Settings {
  readonly settings: PathSettings | null
  readonly baseUrl: string | null
}

/**
 * `paths` of a tsconfig, its own or those of what it extends; null when there are none. The compiler would tell as well,
 * but takes half a second to load, and a run of tests has no other use for it.
 */
export function readPathSettings(file: string, asked: readonly string[] = []): PathSettings | null {
  const { settings, baseUrl } = readConfig(file, [])
  if (settings === null) return readReferences(file, [...asked, file])
  const inRoot = (text: string): string => text.replace(CONFIG_FOLDER, () => dirname(file))
  return {
    paths: Object.fromEntries(
      Object.entries(settings.paths).map(([pattern, targets]) => [pattern, targets.map(inRoot)]),
    ),
    base: baseUrl === null ? settings.base : inRoot(baseUrl),
  }
}

/** `chain`: what extends what, which a mistake can close to a circle. */
function readConfig(file: string, chain: readonly string[]): Settings {
  const config = chain.includes(file) ? null : readJson(file)
  if (config === null) return { settings: null, baseUrl: null }
  const parents = [Reflect.get(config, 'extends')].flat().flatMap((name) => {
    const found = typeof name === 'string' ? locate(name, file) : null
    return found === null ? [] : [readConfig(found, [...chain, file])]
  })
  const options: unknown = Reflect.get(config, 'compilerOptions')
  const own = isObject(options) ? readOptions(options, dirname(file)) : { settings: null, baseUrl: null }
  const all = [...parents, own]
  return {
    settings: all.findLast(({ settings }) => settings !== null)?.settings ?? null,
    baseUrl: all.findLast(({ baseUrl }) => baseUrl !== null)?.baseUrl ?? null,
  }
}

function readOptions(options: object, folder: string): Settings {
  const paths: unknown = Reflect.get(options, 'paths')
  const baseUrl: unknown = Reflect.get(options, 'baseUrl')
  return {
    settings: isObject(paths) ? { paths: readTargets(paths), base: folder } : null,
    baseUrl: typeof baseUrl !== 'string' ? null : baseUrl.startsWith('$') ? baseUrl : resolve(folder, baseUrl),
  }
}

function readTargets(paths: object): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(paths).map(([pattern, targets]) => [
      pattern,
      [targets].flat().filter((target: unknown) => typeof target === 'string'),
    ]),
  )
}

/** A file beside it, or one of a package. */
function locate(name: string, from: string): string | null {
  if (/^\.{1,2}(?:[\\/]|$)/.test(name) || isAbsolute(name)) {
    const path = resolve(dirname(from), name)
    return [path, `${path}.json`].find((candidate) => existsSync(candidate) && candidate.endsWith('.json')) ?? null
  }
  const require = createRequire(from)
  for (const candidate of [name, `${name}.json`, `${name}/tsconfig.json`]) {
    try {
      const found = require.resolve(candidate)
      if (found.endsWith('.json')) return found
    } catch {
      // It may be called by another of the three names.
    }
  }
  return null
}

/** Without the comments and the commas at the end of lists that a tsconfig may have; null when it is none. */
function readJson(file: string): object | null {
  try {
    const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
    const bare = text.replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, quoted?: string) => quoted ?? ' ')
    const json = bare.replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, (_, quoted?: string) => quoted ?? '')
    const config: unknown = JSON.parse(json)
    return isObject(config) ? config : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
