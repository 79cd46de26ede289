import { execa } from 'execa'
import { UserError } from '../errors.ts'

/** The commit that the working tree is based on, ` + changes` when it has others; null outside of git. */
export async function readBase(root: string): Promise<string | null> {
  const head = await git(root, ['rev-parse', '--short=12', 'HEAD'])
  if (head === null) return null
  const changed = await git(root, ['status', '--porcelain', '--untracked-files=all', '--', '.', ':(exclude).itest'])
  return `${head.trim()}${changed?.trim() ? ' + changes' : ''}`
}

/** A file as it was at a commit; null when it was not there. */
export async function readAt(root: string, ref: string, file: string): Promise<string | null> {
  return git(root, ['show', `${ref}:./${file}`])
}

export async function isRepository(root: string): Promise<boolean> {
  return (await git(root, ['rev-parse', '--verify', '--quiet', 'HEAD'])) !== null
}

/** Every file below a folder as it was at a commit, relative to the root. */
export async function listAt(root: string, ref: string, folder: string): Promise<string[]> {
  const listed = await git(root, ['ls-tree', '-r', '--name-only', '-z', ref, '--', folder])
  return (listed ?? '').split('\0').filter((name) => name !== '')
}

/** Files that are not as they were at a commit, new ones too, relative to the root. */
export async function listChanged(root: string, ref: string): Promise<string[]> {
  const changed = await git(root, ['diff', '--name-only', '--relative', '-z', ref, '--', '.'])
  const untracked = await git(root, ['ls-files', '--others', '--exclude-standard', '-z', '--', '.'])
  return `${changed ?? ''}${untracked ?? ''}`.split('\0').filter((name) => name !== '')
}

/** @throws UserError for a name that git does not know, and outside of git */
export async function assertRef(root: string, ref: string): Promise<void> {
  if (!ref.startsWith('-') && (await git(root, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`])) !== null)
    return
  const isThere = await isRepository(root)
  throw new UserError(
    `--since ${ref}: expected a commit, found ${isThere ? 'none of that name' : 'no git repository'} at ${root}`,
    { hint: 'Name a branch, a tag or a commit, e.g. --since origin/main; in CI the history must have been fetched.' },
  )
}

/** Null when git is not there or says no. */
async function git(root: string, args: readonly string[]): Promise<string | null> {
  const { stdout, exitCode, failed } = await execa('git', ['-C', root, ...args], {
    reject: false,
    stdin: 'ignore',
    stripFinalNewline: false,
  })
  return failed || exitCode !== 0 ? null : stdout
}
