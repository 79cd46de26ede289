import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import * as z from 'zod'
import { UserError } from '../../errors.ts'
import type { ProjectFacts } from '../project-facts.ts'

const LIMIT_MS = 60_000

const DIALECTS = {
  postgres: { name: 'postgresql', command: 'generate:pg' },
  sqlite: { name: 'sqlite', command: 'generate:sqlite' },
  mysql: { name: 'mysql', command: 'generate:mysql' },
} satisfies Record<ProjectFacts['database']['dialect'], { name: string; command: string }>

/**
 * Lets a drizzle-kit that can't be called from code make migrations of the schema files by its command line, in a folder of
 * our own, which `read` is given. `kit`: the folder of the package.
 */
export async function generateByCommand<T>(
  options: { root: string; database: ProjectFacts['database']; kit: string },
  read: (folder: string) => T,
): Promise<T> {
  const { root, database, kit } = options
  const { name, command } = DIALECTS[database.dialect]
  const folder = mkdtempSync(join(tmpdir(), 'itest-kit-'))
  try {
    const config = join(folder, 'drizzle.json')
    writeFileSync(config, JSON.stringify({ dialect: name, schema: database.schemaFiles, out: join(folder, 'out') }))
    const { version, program } = readManifest(kit)
    const args = [program, isBefore021(version) ? command : 'generate', '--config', config]
    const { all } = await execa(process.execPath, args, { cwd: root, all: true, reject: false, timeout: LIMIT_MS })
    return readOrExplain(() => read(folder), all)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Until then each dialect had a command of its own. */
function isBefore021(version: string): boolean {
  return /^0\.(?:1?\d|20)\./.test(version)
}

const Manifest = z.object({ version: z.string(), bin: z.object({ 'drizzle-kit': z.string() }) })

function readManifest(kit: string): { version: string; program: string } {
  const { version, bin } = Manifest.parse(JSON.parse(readFileSync(join(kit, 'package.json'), 'utf8')))
  return { version, program: join(kit, bin['drizzle-kit']) }
}

/** It says on the terminal what it could not do, and its exit code is 0 all the same. */
function readOrExplain<T>(read: () => T, said: string): T {
  try {
    return read()
  } catch (cause) {
    throw new UserError(
      `There are no SQL migrations, and the installed drizzle-kit made none: ${said.trim().slice(-500)}`,
      {
        hint: 'Generate migrations with it, or upgrade it: npm install -D drizzle-kit@latest',
        cause,
      },
    )
  }
}
