import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { UserError } from '../../errors.ts'
import type { SqlitePackage } from '../database/sqlite/driver-package.ts'
import type { Engine } from './engine.ts'
import { makeEngineFolder, startKeeper } from './engine-folder.ts'

const SCRIPT = `const Database = require(process.argv[1])
console.log(JSON.stringify(new Database(':memory:').prepare('SELECT sqlite_version() AS version').get()))`

/** No server: a folder for the files, which dies with this process as those of the servers do. */
export async function startSqlite(driver: SqlitePackage, limits: readonly string[]): Promise<Engine> {
  const version = await readVersion(driver)
  const folder = makeEngineFolder()
  const keeper = startKeeper(folder)
  return {
    kind: 'sqlite',
    facts: { kind: 'sqlite', version, limits },
    url: null,
    emptySnapshot: null,
    driver,
    existing: null,
    folder,
    stop: keeper.stop,
  }
}

/** In a process without our environment, because it runs native code of the project. */
async function readVersion({ name, entry }: SqlitePackage): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', SCRIPT, entry], {
      env: { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot },
    })
    return String(JSON.parse(stdout).version)
  } catch (cause) {
    throw new UserError(`${name} is installed but can't open a database: ${reasonOf(cause)}`, {
      hint: `Run \`npm rebuild ${name}\` with this Node (${process.version}).`,
      cause,
    })
  }
}

/** The first line of the error, not of the stack trace above it. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
  return text.match(/^\w*Error: .*$/m)?.[0] ?? text.trim().split('\n')[0] ?? ''
}
