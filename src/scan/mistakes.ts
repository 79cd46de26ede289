import { UserError } from '../errors.ts'
import { listEntries } from './project/entries.ts'
import type { ProjectFiles } from './project/project.ts'
import { relativePath } from './syntax/syntax.ts'
import type { BrokenFile } from './types.ts'

/** @throws UserError when nothing here lists Express */
export function assertExpress(files: ProjectFiles): void {
  if (files.hasPackage('express')) return
  throw new UserError(`no Express in ${files.root}: package.json does not list it`, {
    hint: 'itest tests Express apps. Run it in the folder whose package.json depends on express.',
  })
}

/** @throws UserError when the project does not use Drizzle, without which there are no tables to test against */
export function assertDrizzle(files: ProjectFiles): void {
  if (files.hasPackage('drizzle-orm')) return
  throw new UserError(`no Drizzle in ${files.root}: package.json does not list drizzle-orm`, {
    hint: 'itest needs drizzle-orm to know the tables. Run it in the folder whose package.json depends on it.',
  })
}

/** The user's mistake that a broken file is, where something can't go on without it. */
export function describeBroken({ file, line, message }: BrokenFile): UserError {
  if (line === null)
    return new UserError(`${file} can't be read: ${message}`, { hint: 'Make the file readable; the app imports it.' })
  return new UserError(`syntax error in ${file}:${line}: ${message}`, {
    hint: 'Fix it first; `npx tsc --noEmit` shows the same error.',
  })
}

export function noApp(
  files: ProjectFiles,
  { app, broken }: { app: string | null; broken: BrokenFile | undefined },
): UserError {
  if (broken) return describeBroken(broken)
  if (app !== null)
    return new UserError(`no Express app with routes in ${app} or what it imports`, {
      hint: 'Name the file that makes the app, or leave --app out (or app in your config) and let itest search.',
    })
  const { likely, making } = listEntries(files)
  const looked = [...new Set([...likely, ...making])].map((file) => relativePath(files.root, file))
  return new UserError('no Express app with routes found', {
    hint:
      looked.length > 0
        ? `Looked from ${looked.slice(0, 8).join(', ')}. Is the app somewhere else? Name its file with --app FILE, or its project with --root DIR.`
        : 'Is this the folder of the Express project? Name it with --root DIR.',
  })
}
