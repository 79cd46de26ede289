import { relativePath } from '../syntax/syntax.ts'
import { declares, type PackageFolder } from './packages-on-disk.ts'
import type { ProjectFiles } from './project.ts'
import { firstSource, SOURCE_EXTENSIONS } from './resolve-import.ts'

const COMMON_ENTRIES = [
  'server',
  'index',
  'app',
  'main',
  'src/server',
  'src/index',
  'src/app',
  'src/main',
  'server/index',
  'server/src/index',
  'src/server/index',
  'api/index',
  'bin/www',
]

/** Files that only tests, tools and examples run. */
const ASIDE =
  /\.(?:test|spec|e2e|stories|config)\.|(?:^|\/)(?:__tests__|__mocks__|tests?|test-[\w-]+|testing|e2e|cypress|playwright|fixtures)\//

/** Programs of their own, which may make an app to try something. */
const TOOLS = /(?:^|\/)(?:scripts?|tools?|examples?|demos?|benchmarks?|bench|mocks?|migrations?|seeds?)\//

export interface Entries {
  /** What package.json starts, or files of the usual names, absolute, likeliest first. */
  readonly likely: readonly string[]
  /** Files whose text makes an Express app. */
  readonly making: readonly string[]
}

export function isAside(files: ProjectFiles, file: string): boolean {
  return ASIDE.test(relativePath(files.root, file))
}

/** Whether a file is a program of its own that somebody runs by hand. */
export function isTool(files: ProjectFiles, file: string): boolean {
  return TOOLS.test(relativePath(files.root, file))
}

/** Where an Express app may start. Of a monorepo only the packages that list Express are looked at. */
export function listEntries(files: ProjectFiles): Entries {
  const inside = files.packages.inside
  const owners = inside.filter((one) => declares(one, 'express'))
  const likely = (owners.length > 0 ? owners : inside).flatMap((one) => likelyEntries(files, one))
  const making = files.sources.filter((file) => makesApp(files, file))
  const [started, tools] = [likely.filter((file) => !isTool(files, file)), likely.filter((file) => isTool(files, file))]
  return {
    likely: [...new Set(started.length > 0 ? started : tools)],
    making: making.some((file) => !isTool(files, file)) ? making.filter((file) => !isTool(files, file)) : making,
  }
}

function likelyEntries(files: ProjectFiles, { folder, json }: PackageFolder): string[] {
  const named = [
    ...textsIn([json.main, json.module, json.bin, json.exports]),
    ...Object.values(json.scripts ?? {}).flatMap(
      (script) => String(script).match(/[\w./@-]+\.(?:[mc]?[tj]sx?)\b/g) ?? [],
    ),
    ...Object.values(json.scripts ?? {}).flatMap(
      (script) => String(script).match(/(?<=\b(?:node|nodemon|tsx|ts-node|bun|bun run)\s+)[\w./-]+/g) ?? [],
    ),
  ]
  return [...named, ...COMMON_ENTRIES]
    .flatMap((name) => firstSource(files.disk, folder, [name]) ?? sameEnding(files, folder, name) ?? [])
    .filter((file) => files.sources.includes(file) && !isAside(files, file) && !/\.[jt]sx$/.test(file))
}

/** `dist/backend/starter.js` for `src/backend/starter.ts`, wherever the build puts its output. */
function sameEnding(files: ProjectFiles, folder: string, name: string): string | null {
  const parts = name
    .replace(/\.[mc]?js$/, '')
    .split('/')
    .filter(Boolean)
  if (!/\.[mc]?js$/.test(name) || parts.length < 3) return null
  const own = files.sources.filter((file) => file.startsWith(`${folder}/`))
  for (let start = 1; start < parts.length - 1; start += 1) {
    const ending = `/${parts.slice(start).join('/')}`
    const found = own.find((file) => file.replace(/\.[mc]?[jt]s$/, '').endsWith(ending))
    if (found) return found
  }
  return null
}

/** All strings of a package.json field, whatever its form. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

function makesApp(files: ProjectFiles, file: string): boolean {
  if (!file.startsWith(`${files.root}/`) || isAside(files, file)) return false
  if (!SOURCE_EXTENSIONS.some((extension) => file.endsWith(extension))) return false
  const text = files.disk.read(file) ?? ''
  if (/\b(?:new InversifyExpressServer|createExpressServer)\s*\(/.test(text)) return true
  return /\bexpress\s*\(|\.default\s*\(\)|\brequire\(['"]express['"]\)\s*\(/.test(text) && /['"]express['"]/.test(text)
}
