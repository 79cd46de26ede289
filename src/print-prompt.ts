import type { GenOptions, RouteArgument } from './options.ts'
import { assertCanGenerate, promptFor, type World } from './pipeline.ts'
import { planFor } from './plan-for.ts'
import type { PrintedPrompt } from './report/print-prompt-text.ts'
import { DEFAULT_ANTHROPIC_MODEL } from './write/anthropic.ts'
import { chooseWriter } from './write/choose-writer.ts'

/** What `gen` with these options would send. Sends nothing, writes nothing, and needs neither key nor database. */
export async function printPrompt(wanted: RouteArgument, options: GenOptions, world: World): Promise<PrintedPrompt> {
  const { environment } = world
  // A key is what sending needs; without one an unnamed model stays the built-in writer.
  const key = options.model === undefined ? {} : { ANTHROPIC_API_KEY: environment.ANTHROPIC_API_KEY || 'not sent' }
  const { name } = chooseWriter(options.model, { ...environment, ...key })
  const planned = await planFor(wanted, { ...options, whole: true })
  assertCanGenerate(planned.read)
  const { system, user, redactor } = await promptFor(planned, { ...options, environment })
  const isNamed = options.model !== undefined && options.model !== name
  return {
    schema: 'itest.print-prompt/1',
    sent: false,
    route: { method: planned.plan.route.method, path: planned.plan.route.path },
    writer: name,
    model: name === 'none' ? null : isNamed ? options.model : DEFAULT_ANTHROPIC_MODEL,
    address: name === 'none' ? null : originOf(environment.ANTHROPIC_BASE_URL),
    system,
    messages: [{ role: 'user', text: user }],
    redacted: redactor.counts(),
    comments: options.stripComments ? 'stripped' : 'kept',
  }
}

/** Without a password that somebody may have put there. */
function originOf(address = ''): string {
  if (address === '') return 'https://api.anthropic.com'
  return URL.canParse(address) ? new URL(address).origin : 'an address that is not valid (ANTHROPIC_BASE_URL)'
}
