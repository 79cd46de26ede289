import type { GenOptions, RouteArgument } from './options.ts'
import { assertCanGenerate, promptFor, type World } from './pipeline.ts'
import { planFor } from './plan-for.ts'
import type { PrintedPrompt } from './report/print-prompt-text.ts'
import { chooseWriter } from './write/choose-writer.ts'

/** What `gen` with these options would send. Sends nothing, writes nothing, and needs neither key nor database. */
export async function printPrompt(wanted: RouteArgument, options: GenOptions, world: World): Promise<PrintedPrompt> {
  const { environment } = world
  const writer = chooseWriter(options, environment)
  const planned = await planFor(wanted, { ...options, whole: true })
  assertCanGenerate(planned.read)
  const { system, user, redactor } = await promptFor(planned, { ...options, environment })
  return {
    schema: 'itest.print-prompt/1',
    sent: false,
    route: { method: planned.plan.route.method, path: planned.plan.route.path },
    writer: writer.name,
    model: writer.name === 'none' ? null : writer.modelName,
    address: writer.name === 'none' ? null : writer.address,
    system,
    messages: [{ role: 'user', text: user }],
    redacted: redactor.counts(),
    comments: options.stripComments ? 'stripped' : 'kept',
  }
}
