import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Plugin, ViteUserConfig } from 'vitest/config'
import { escapePattern } from '../escape-pattern.ts'
import { builtFile } from '../package-paths.ts'
import { CRASH_MARK } from './crash-mark.ts'
import type { EnginePreference } from './engine/engine.ts'
import { createImportFinder, type FindImport } from './find-imports.ts'
import { shareSetUp } from './global-setup.ts'
import { findSecret } from './guard/guard-files.ts'
import './run-context.ts'
import { beginDatabases, setUpRun } from './run-setup.ts'
import { transformCts } from './transform-cts.ts'
import { watchAssert } from './watch-assert.ts'

const SETUP = builtFile('harness/setup.js')
const GLOBAL_SETUP = builtFile('harness/global-setup.js')
const API = builtFile('harness/index.js')
/** Files that import what Vite alone finds from here: the user's Drizzle, and the user's config. */
const INLINED = ['database/open-test-database', 'database/open-factory', 'http/sign-in'].map((name) =>
  builtFile(`harness/${name}.js`),
)
const CONFIG_API = builtFile('config/define-config.js')
const OWN_FOLDER = builtFile('')
/** Who imports one of these sends requests to an app, whose database must not keep a test waiting. */
const CLIENTS = new Set(['itest-gen', 'supertest'])

/** Without setImmediate, process.nextTick and queueMicrotask drivers, Express and fetch would stand still. */
const FAKED = ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const

export interface ItestOptions {
  /** Which database to use; default `auto`: a local Postgres, else PGlite. */
  readonly engine?: EnginePreference
  /** A Postgres server to use; only databases named `itest_*` are made on it. Default: `ITEST_DATABASE_URL`, if set. */
  readonly databaseUrl?: string
  /** After this many milliseconds a request that the app did not answer fails its test; default 2500. */
  readonly requestTimeoutMs?: number
  /**
   * Each test sends its requests from a loopback address of its own, so that limits per client begin anew; default true.
   * An app that asks whether `req.ip` is 127.0.0.1 itself wants false.
   */
  readonly clientPerTest?: boolean
  /** Another config than `itest.config.ts`, relative to the root; the options here win over what it says. */
  readonly config?: string
}

/** For runs that itest starts itself. */
export interface GuestOptions extends ItestOptions {
  /** Put in for this run: files that import nothing of itest are only watched. */
  readonly isGuest?: boolean
  /** What the harness reports of each test is signed with it. */
  readonly sealKey?: string
  /** Where workers say what they do. */
  readonly journalFolder?: string
}

/**
 * The Vitest plugin that generated tests need: `plugins: [itest()]`. Each test file gets a database of its own, outbound
 * HTTP is answered by stubs. Applying it twice is the same as once, also when the second is of another copy of this
 * package: that of the project, where the command line is installed elsewhere.
 */
export function itest(options: ItestOptions = {}): Plugin {
  return createPlugin(options)
}

/** The same, for a run that itest starts. */
export function createPlugin(options: GuestOptions): Plugin {
  if (!isFirstCopy()) return { name: 'itest', config: (config) => provideOptions(config, options) }
  let root = ''
  let findImport: FindImport = async () => null
  return {
    name: 'itest',
    enforce: 'pre',
    config: (config) => {
      shareSetUp(setUpRun)
      addHarness(config)
      provideOptions(config, options)
    },
    configResolved(config) {
      root = config.root
      findImport = createImportFinder(root)
    },
    async resolveId(source, importer) {
      if (CLIENTS.has(source)) await beginDatabases(root)
      if (source === 'itest-gen') return API
      if (source === 'itest-gen/config') return CONFIG_API
      const resolve = (id: string, from?: string) => this.resolve(id, from, { skipSelf: true })
      // Setup runs in the user's Vitest and our API speaks the user's Drizzle, wherever this package itself is installed.
      if (/^(?:vitest(?:$|\/)|drizzle-orm\/)/.test(source) && importer?.startsWith(OWN_FOLDER)) {
        return resolve(source, join(root, 'index.html'))
      }
      if (source === 'supertest') return (await resolve(source, importer)) ?? findSupertest()
      return importer ? findImport({ source, importer, find: (id) => resolve(id, importer) }) : null
    },
    // What tests import with a query such as `?raw`, Vite reads in another process than theirs, which has no guard.
    load(id) {
      const path = findSecret(id.replace(/[?#].*$/, ''))
      if (path !== null) throw new Error(`itest lets no test read ${path}`)
    },
    transform: (code, id) => (/\.cts(?:\?|$)/.test(id) ? transformCts(code, id) : watchAssert(code, id)),
  }
}

const FIRST_COPY = Symbol.for('itest.plugin')

function isFirstCopy(): boolean {
  if (!Reflect.has(globalThis, FIRST_COPY)) Reflect.set(globalThis, FIRST_COPY, OWN_FOLDER)
  return Reflect.get(globalThis, FIRST_COPY) === OWN_FOLDER
}

function addHarness(config: ViteUserConfig): void {
  const test = config.test ?? {}
  config.test = test
  const setupFiles = [test.setupFiles ?? []].flat()
  if (setupFiles.includes(SETUP)) return
  // The environment must be set and the network guarded before any code of the user runs, so ours comes first and
  // the others wait for it.
  test.setupFiles = [SETUP, ...setupFiles]
  test.sequence = { ...test.sequence, setupFiles: 'list' }
  test.globalSetup = [GLOBAL_SETUP, ...[test.globalSetup ?? []].flat()]
  test.fakeTimers = { toFake: [...FAKED], ...test.fakeTimers }
  allowOwnFolder(config)
  const { onUnhandledError } = test
  test.onUnhandledError = (error) => (isAppCrash(error) ? false : onUnhandledError?.(error))
  inlineHarness(test)
}

/** For environments of a browser Vite loads nothing from elsewhere, and this package may be linked. */
function allowOwnFolder(config: ViteUserConfig): void {
  const allow = [...(config.server?.fs?.allow ?? []), OWN_FOLDER]
  config.server = { ...config.server, fs: { ...config.server?.fs, allow } }
}

function provideOptions(config: ViteUserConfig, options: GuestOptions): void {
  const test = config.test ?? {}
  config.test = test
  const { isGuest = false, sealKey, journalFolder } = options
  test.provide = { ...test.provide, itestIsGuest: isGuest && test.provide?.itestIsGuest !== false }
  if (sealKey) test.provide = { ...test.provide, itestSealKey: sealKey }
  if (journalFolder) test.provide = { ...test.provide, itestJournal: journalFolder }
  const { engine, databaseUrl, requestTimeoutMs, clientPerTest, config: settings } = options
  if (engine) test.provide = { ...test.provide, itestEngine: engine }
  if (databaseUrl) test.provide = { ...test.provide, itestDatabaseUrl: databaseUrl }
  if (requestTimeoutMs) test.provide = { ...test.provide, itestRequestLimitMs: requestTimeoutMs }
  if (clientPerTest !== undefined) test.provide = { ...test.provide, itestClientPerTest: clientPerTest }
  if (settings) test.provide = { ...test.provide, itestConfig: settings }
}

/** Such an error is a finding about the app, which the facts of its test report. */
function isAppCrash(error: unknown): boolean {
  return typeof error === 'object' && error !== null && Reflect.get(error, CRASH_MARK) === true
}

/**
 * Packages are left to Node, where `vitest` could be another copy than the one that runs. All else of ours is, wherever
 * it is installed: a file that Vite transforms takes many times as long to load.
 */
function inlineHarness(test: NonNullable<ViteUserConfig['test']>): void {
  const inline = test.server?.deps?.inline
  if (inline === true) return
  const own = [SETUP, API, ...INLINED].map((file) => new RegExp(`${escapePattern(file)}$`))
  const external = [...(test.server?.deps?.external ?? []), new RegExp(`^${escapePattern(OWN_FOLDER)}`)]
  test.server = { ...test.server, deps: { ...test.server?.deps, inline: [...(inline ?? []), ...own], external } }
}

function findSupertest(): string {
  return createRequire(import.meta.url).resolve('supertest')
}
