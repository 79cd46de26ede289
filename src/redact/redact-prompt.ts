import type { GenOptions } from '../options.ts'
import type { PlannedRoute } from '../plan-for.ts'
import type { Prompt } from '../prompt.ts'
import { findEnvironmentSecrets, readEnvironmentFiles } from './environment-secrets.ts'
import { openRedactor, type Redactor } from './open-redactor.ts'

/** What decides which texts may leave the machine. */
export interface Privacy extends Pick<GenOptions, 'root' | 'env' | 'databaseUrl' | 'stripComments'> {
  /** Of this process. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

export interface RedactedPrompt extends Prompt {
  /** For what follows in the same conversation: errors, repairs, the reply. */
  readonly redactor: Redactor
}

/** One for each conversation about a route: a secret has one mark in all of its texts. */
export function redactorFor({ plan, read }: PlannedRoute, privacy: Privacy): Redactor {
  const { root, env, databaseUrl, environment } = privacy
  const { dossier } = read
  const files = readEnvironmentFiles(
    root,
    dossier.boot.configFiles.map((file) => file.path),
  )
  const own = databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }
  const variables = [env, own, environment].flatMap((values) => Object.entries(values))
  const given = variables.flatMap(([name, value]) => (value ? [[name, value] as const] : []))
  return openRedactor({
    environment: findEnvironmentSecrets([...files, ...given]),
    planned: listTexts(plan),
    project: JSON.stringify(dossier),
  })
}

/** The system part is ours, and the same bytes for every route. */
export async function redactPrompt(prompt: Prompt, redactor: Redactor): Promise<RedactedPrompt> {
  const { user } = prompt
  const redacted = await redactor.redact(user)
  return { ...prompt, user: redacted === user ? user : `${redacted}\n${ABOUT_MARKS}`, redactor }
}

const ABOUT_MARKS = `# Redacted

A text such as <redacted:NAME> stands for a secret that you do not get. Where a path needs it, write it as it stands here.
`

function listTexts(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(listTexts) : []
}
