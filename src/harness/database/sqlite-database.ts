import { constants, copyFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { meetStatements } from '../faults/sqlite/meet-statements.ts'
import { prepareEffect } from '../faults/sqlite/prepare-effect.ts'
import { cannot, UNSUPPORTED } from '../faults/unsupported.ts'
import type { FileDatabase, FileDatabaseOptions } from './file-database.ts'
import { openSqlite, type SqliteConnection, type SqlitePackage } from './sqlite/driver-package.ts'
import { assertCaught, type Redirect, redirectSqlite } from './sqlite/redirect.ts'
import { prepareReset } from './sqlite/reset.ts'
import { connectSqliteSide, isBusy, waitForLock } from './sqlite/side-connection.ts'

interface Side {
  readonly driver: SqlitePackage
  readonly connection: SqliteConnection
  readonly reset: () => void
}

/**
 * A copy of the template's file, which from now on is every database that the app opens. It is made at once, since apps open
 * theirs without waiting for anything.
 */
export async function openSqliteDatabase({ name, board, ask, isShared }: FileDatabaseOptions): Promise<FileDatabase> {
  const { template, prefix } = await ask()
  if (template.kind !== 'sqlite') throw new Error(`Expected a template of SQLite, found one of ${template.kind}.`)
  const file = join(dirname(template.file), `${prefix}${name}.sqlite`)
  copyTemplate(template.file, file, { isShared })
  const redirect = redirectSqlite(file)
  assertCaught(redirect)
  redirect.around = meetStatements(board)
  let opened: Side | null = null
  // Two copies of SQLite in one process don't see each other's locks, so ours is the one that the app uses.
  const open = (): Side => {
    const driver = redirect.opened.at(-1)?.driver ?? template.driver
    if (opened?.driver.entry === driver.entry) return opened
    const connection = openSqlite(driver, file)
    opened = { driver, connection, reset: prepareReset(connection, template.file) }
    return opened
  }
  const side = connectSqliteSide(() => open().connection)
  return {
    dialect: 'sqlite',
    url: file,
    port: null,
    side,
    faults: {
      prepare: (target, effect) => prepareEffect(side, target, effect),
      limitConnections: async () => {
        throw cannot(UNSUPPORTED.sqlite.connections)
      },
      findLack: () => null,
      release: () => {},
    },
    progress: 'done',
    error: null,
    // It answers before anything else can happen.
    isBusy: () => false,
    closeOpened: () => closeAll(redirect),
    open: async () => {},
    reset: () => resetAll(redirect, () => open().reset()),
  }
}

function copyTemplate(template: string, file: string, { isShared }: { isShared: boolean }): void {
  try {
    copyFileSync(template, file, constants.COPYFILE_EXCL)
  } catch (error) {
    if (!(isShared && error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

async function resetAll(redirect: Redirect, reset: () => void): Promise<void> {
  try {
    await waitForLock(reset)
  } catch (error) {
    // The test that finds it fails; those after it need not.
    if (isBusy(error)) rollBack(redirect)
    throw error
  }
}

function closeAll({ opened }: Redirect): void {
  for (const { connection } of opened) {
    try {
      connection.close()
    } catch {
      // A query that nobody read to its end; it goes when its app does.
    }
  }
}

function rollBack(redirect: Redirect): void {
  for (const { connection } of redirect.opened) {
    if (connection.open && connection.inTransaction) connection.exec('ROLLBACK')
  }
}
