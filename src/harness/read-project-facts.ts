import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { UserError } from '../errors.ts'
import { PROJECT_FACTS_FILE, ProjectFacts } from './project-facts.ts'

/** Reads `.itest/harness.json` of a project. */
export function readProjectFacts(root: string): ProjectFacts {
  const hint = 'Run `itest gen`, which writes it, and commit it.'
  let content: unknown
  try {
    content = JSON.parse(readFileSync(join(root, PROJECT_FACTS_FILE), 'utf8'))
  } catch (cause) {
    const problem = cause instanceof SyntaxError ? `it is not JSON: ${cause.message}` : 'there is no such file'
    throw new UserError(`Expected the facts of the project in ${PROJECT_FACTS_FILE}, but ${problem}.`, { hint, cause })
  }
  const facts = ProjectFacts.safeParse(content)
  if (facts.success) return facts.data
  throw new UserError(
    `${PROJECT_FACTS_FILE} is not what this version of itest writes:\n${z.prettifyError(facts.error)}`,
    {
      hint,
      cause: facts.error,
    },
  )
}
