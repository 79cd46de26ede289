import { UserError } from '../errors.ts'
import { chooseWriter, type Writer, type WriterOptions } from '../write/choose-writer.ts'
import { findClaude } from '../write/claude-cli.ts'
import type { Check } from './types.ts'

type Variables = Readonly<Record<string, string | undefined>>

const WANTED = 'because --model or the config says so'

/** Which writer `itest gen` would use, and why. No model is asked: that would cost money. */
export async function checkWriter(options: WriterOptions, environment: Variables): Promise<Check> {
  const name = 'Writer'
  try {
    const writer = chooseWriter(options, environment)
    if (writer.name === 'claude') return await checkClaude(writer, environment)
    if (writer.name !== 'none' && writer.isKeyMissing) {
      const found = `${writer.name}, model ${writer.modelName}, needs a key, and ${writer.keyVariable} is not set`
      return {
        name,
        status: 'problem',
        found,
        todo: `Set ${writer.keyVariable}, or choose another writer, e.g. --model none.`,
      }
    }
    const found = writer.name === 'none' ? describeBuiltIn(options) : describeModel(writer, options)
    const todo =
      'Set ANTHROPIC_API_KEY to have a model write what the built-in writer leaves open, or name one with --model openai:NAME or --model claude.'
    return { name, status: 'ok', found, todo: writer.name === 'none' && options.model === undefined ? todo : null }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { name, status: 'problem', found: error.message, todo: error.hint }
  }
}

function describeBuiltIn({ model }: WriterOptions): string {
  return `built in, no model, ${model === undefined ? 'because ANTHROPIC_API_KEY is not set' : WANTED}`
}

type WithModel = Exclude<Writer, { name: 'none' }>

function describeModel({ name, modelName, address, keyVariable }: WithModel, { model, effort }: WriterOptions): string {
  const key = keyVariable === null ? 'without a key' : `with the key of ${keyVariable}`
  const why = model === undefined ? 'because that key is set' : WANTED
  const thinking = effort === undefined ? '' : `, effort ${effort}`
  return `${name}, model ${modelName}${thinking}, at ${address}, ${key}, ${why}`
}

async function checkClaude({ modelName }: WithModel, environment: Variables): Promise<Check> {
  const version = await findClaude(environment)
  if (version === null) {
    const todo = 'Install Claude Code, or choose another writer, e.g. --model none.'
    return { name: 'Writer', status: 'problem', found: 'claude was asked for, and is not on the PATH', todo }
  }
  const model = modelName === null ? 'with the model that it takes by itself' : `model ${modelName}`
  const login = environment.ANTHROPIC_API_KEY ? 'the key of ANTHROPIC_API_KEY' : 'the login that it has'
  return { name: 'Writer', status: 'ok', found: `claude ${version}, ${model}, with ${login}, ${WANTED}`, todo: null }
}
