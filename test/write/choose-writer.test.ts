import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { chooseWriter, type WriterOptions } from '../../src/write/choose-writer.ts'
import { parseModel } from '../../src/write/model-choice.ts'

describe('parseModel', () => {
  it.each([
    ['none', { backend: 'none' }],
    ['anthropic', { backend: 'anthropic', model: null }],
    ['anthropic:claude-opus-5-5', { backend: 'anthropic', model: 'claude-opus-5-5' }],
    ['claude-sonnet-5-5', { backend: 'anthropic', model: 'claude-sonnet-5-5' }],
    ['claude', { backend: 'claude', model: null }],
    ['claude:opus', { backend: 'claude', model: 'opus' }],
    ['claude:claude-opus-5-5', { backend: 'claude', model: 'claude-opus-5-5' }],
    ['openai:llama3.1:8b', { backend: 'openai', model: 'llama3.1:8b' }],
    ['openai:org/Model-7B', { backend: 'openai', model: 'org/Model-7B' }],
  ])('%s', (wanted, choice) => expect(parseModel(wanted)).toEqual(choice))

  it.each([
    ['gpt-99', 'unknown model gpt-99'],
    ['', 'unknown model '],
    ['Anthropic', 'unknown model Anthropic'],
    ['none:x', 'unknown model none:x'],
    ['openai', '--model openai: expected a model behind it, found none'],
    ['openai:', '--model openai:: expected the name of a model behind the colon, found ""'],
    ['claude:', '--model claude:: expected the name of a model behind the colon, found ""'],
    ['claude:--mcp-config', /found "--mcp-config"/],
    ['anthropic:two words', /found "two words"/],
  ])('refuses "%s"', (wanted, message) => {
    expect(() => parseModel(wanted)).toThrow(UserError)
    expect(() => parseModel(wanted)).toThrow(message)
  })
})

describe('chooseWriter', () => {
  const KEYS = { ANTHROPIC_API_KEY: 'sk-ant-hidden', OPENAI_API_KEY: 'sk-hidden' }
  const choose = (options: WriterOptions, environment: Record<string, string> = KEYS) => {
    const { name, ...rest } = chooseWriter(options, environment)
    return 'id' in rest ? { name, id: rest.id, keyVariable: rest.keyVariable } : { name }
  }

  it.each<[WriterOptions, Record<string, string>, object]>([
    [{}, {}, { name: 'none' }],
    [{}, { ANTHROPIC_API_KEY: '', OPENAI_API_KEY: 'sk' }, { name: 'none' }],
    [{ model: 'none', effort: 'high' }, KEYS, { name: 'none' }],
    [
      {},
      KEYS,
      {
        name: 'anthropic',
        keyVariable: 'ANTHROPIC_API_KEY',
        id: 'anthropic model=claude-sonnet-5-5 address=https://api.anthropic.com effort=default max-tokens=default',
      },
    ],
    [
      { model: 'openai:gpt-5', effort: 'low', maxTokens: 900 },
      KEYS,
      {
        name: 'openai',
        keyVariable: 'OPENAI_API_KEY',
        id: 'openai model=gpt-5 address=https://api.openai.com/v1 effort=low max-tokens=900',
      },
    ],
    [
      { model: 'openai:qwen3' },
      { OPENAI_BASE_URL: 'http://user:secret@localhost:11434/v1/?key=secret' },
      {
        name: 'openai',
        keyVariable: null,
        id: 'openai model=qwen3 address=http://localhost:11434/v1 effort=default max-tokens=default',
      },
    ],
    [
      { model: 'claude:opus' },
      {},
      { name: 'claude', keyVariable: null, id: 'claude model=opus address=default effort=default max-tokens=default' },
    ],
  ])('%j with %j', (options, environment, writer) => expect(choose(options, environment)).toEqual(writer))

  it.each([
    ['anthropic', 'ANTHROPIC_API_KEY'],
    ['openai:gpt-5', 'OPENAI_API_KEY'],
  ])('knows that %s has no key', (model, keyVariable) => {
    expect(chooseWriter({ model }, {})).toMatchObject({ keyVariable, isKeyMissing: true })
  })
})
