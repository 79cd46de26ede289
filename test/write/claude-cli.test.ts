import { afterEach, describe, expect, it } from 'vitest'
import { ModelError } from '../../src/errors.ts'
import { type ClaudeOptions, claudeCliModel, findClaude } from '../../src/write/claude-cli.ts'
import { DraftReply } from '../../src/write/draft-schema.ts'
import { type ClaudeReply, type FakeClaude, makeFakeClaude } from '../support/fake-claude.ts'
import { GOOD } from '../support/model-benches.ts'

// What holds for all backends is in backends.test.ts.

const REQUEST = { system: 'the rules', messages: [{ role: 'user', text: 'the route' }], schema: DraftReply } as const

const made: FakeClaude[] = []

afterEach(() => {
  for (const fake of made.splice(0)) fake.remove()
})

function script(replies: readonly ClaudeReply[], options: Partial<ClaudeOptions> = {}) {
  const fake = makeFakeClaude(replies)
  made.push(fake)
  const environment = { PATH: fake.folder, ...options.environment }
  return { fake, ask: () => claudeCliModel({ ...options, environment })(REQUEST) }
}

async function failureOf(reply: Promise<unknown>) {
  const error = await reply.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ModelError)) throw new Error(`expected a ModelError, found ${error}`)
  return { message: error.message, hint: error.hint }
}

const good: ClaudeReply = { kind: 'result', result: { structured_output: JSON.parse(GOOD) } }

describe('a call', () => {
  it('has no tools, no settings, an empty folder, and no word of the prompt in its arguments', async () => {
    const { fake, ask } = script([good], { model: 'opus', effort: 'high' })
    await ask()
    const [call] = fake.seen()
    expect(call).toMatchObject({ stdin: 'the route', rules: 'the rules', files: [] })
    const [file] = call?.flags.filter((flag) => flag.endsWith('rules.md')) ?? []
    const schema = call?.flags[call.flags.indexOf('--json-schema') + 1] ?? ''
    expect(JSON.parse(schema)).toMatchObject({ required: ['cases', 'left'], additionalProperties: false })
    expect(call?.flags.filter((flag) => flag !== schema && flag !== file)).toEqual([
      ...['-p', '--output-format', 'json', '--json-schema', '--system-prompt-file', '--tools', ''],
      ...['--strict-mcp-config', '--no-session-persistence', '--setting-sources', '', '--disable-slash-commands'],
      ...['--model', 'opus', '--effort', 'high'],
    ])
  })

  it('is given its own variables, and no other secret', async () => {
    const environment = {
      ANTHROPIC_API_KEY: 'sk-own',
      HTTPS_PROXY: 'http://proxy',
      OPENAI_API_KEY: 'sk-other',
      DATABASE_URL: 'postgres://secret',
      AWS_SECRET_ACCESS_KEY: 'secret',
      NODE_OPTIONS: '--require evil',
    }
    const { fake, ask } = script([good], { environment, maxTokens: 900 })
    await ask()
    const { PATH, ...given } = fake.seen()[0]?.environment ?? {}
    expect(given).toEqual({
      ANTHROPIC_API_KEY: 'sk-own',
      HTTPS_PROXY: 'http://proxy',
      CLAUDE_CODE_MAX_OUTPUT_TOKENS: '900',
      CLAUDE_CODE_MAX_RETRIES: '2',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    })
  })

  it('is given the keys of a cloud that it is told to go through', async () => {
    const environment = { CLAUDE_CODE_USE_BEDROCK: '1', AWS_REGION: 'eu', GOOGLE_CLOUD_PROJECT: 'p' }
    const { fake, ask } = script([good], { environment })
    await ask()
    const given = fake.seen()[0]?.environment
    expect(given).toMatchObject({ CLAUDE_CODE_USE_BEDROCK: '1', AWS_REGION: 'eu' })
    expect(given).not.toHaveProperty('GOOGLE_CLOUD_PROJECT')
  })

  it('that never ends is ended', async () => {
    const { ask } = script([{ kind: 'silence' }], { limitMs: 300 })
    expect((await failureOf(ask())).message).toBe('The model stalled: Claude Code sent nothing for 0.3 s.')
  })

  it('needs the program', async () => {
    const failure = await failureOf(claudeCliModel({ environment: { PATH: '/nowhere' } })(REQUEST))
    expect(failure.message).toBe('There is no program `claude` on the PATH.')
    expect(failure.hint).toMatch(/^Install Claude Code/)
  })
})

describe('a result', () => {
  it('of which nothing says the model or the cost leaves them open', async () => {
    const more = { modelUsage: { a: {}, b: {} }, usage: undefined, total_cost_usd: undefined }
    const { ask } = script([{ kind: 'result', result: { structured_output: JSON.parse(GOOD), ...more } }])
    expect((await ask()).usage).toEqual({
      model: 'of Claude Code',
      inputTokens: null,
      outputTokens: null,
      cacheReadTokens: null,
      cacheWriteTokens: null,
      costUsd: null,
    })
  })

  it('without structured output is its text, for the reader to judge', async () => {
    const { ask } = script([{ kind: 'result', result: { result: 'Sure!' } }])
    expect((await ask()).text).toBe('Sure!')
  })

  it.each([
    [
      'not logged in',
      { is_error: true, result: 'Not logged in · Please run /login' },
      'Claude Code could not answer (Not logged in · Please run /login).',
      /^Start `claude` and log in/,
    ],
    [
      'no connection',
      { is_error: true, api_error: 'connection_failed', result: 'API Error: Connection refused' },
      'Claude Code could not answer (API Error: Connection refused).',
      /^Check the network/,
    ],
    [
      'another shape five times',
      { is_error: true, subtype: 'error_max_structured_output_retries', errors: ['left: expected array'] },
      'The model did not keep to the agreed shape in several attempts (left: expected array).',
      /^Run the command again/,
    ],
    [
      'a tool that it does not have',
      { result: '', permission_denials: [{ tool_name: 'Bash' }, { tool_name: 'Bash' }] },
      'The model answered with nothing, and wanted tools that it does not have (Bash).',
      /--model none/,
    ],
  ])('with %s is none', async (_, result, message, hint) => {
    const { ask } = script([{ kind: 'result', result }])
    const failure = await failureOf(ask())
    expect(failure.message).toBe(message)
    expect(failure.hint).toMatch(hint)
  })

  it('with a refused key names the key', async () => {
    const result = { is_error: true, api_error_status: 401, result: 'no' }
    const { ask } = script([{ kind: 'result', result }], { environment: { ANTHROPIC_API_KEY: 'sk-refused' } })
    expect(await failureOf(ask())).toEqual({
      message: 'Anthropic refused the API key (401: no).',
      hint: 'Check ANTHROPIC_API_KEY.',
    })
  })

  it('that is not there is told with what was printed instead', async () => {
    const { ask } = script([{ kind: 'raw', stdout: '', stderr: "error: unknown option '--tools'\n", exitCode: 1 }])
    expect((await failureOf(ask())).message).toBe(
      "The model's reply broke off (claude ended with code 1 and no result: error: unknown option '--tools').",
    )
  })
})

it('a key that it quotes is not shown', async () => {
  const environment = { ANTHROPIC_API_KEY: 'sk-quoted' }
  const { ask } = script([{ kind: 'raw', stdout: 'bad key sk-quoted', exitCode: 1 }], { environment })
  expect((await failureOf(ask())).message).toContain('bad key (the key)')
})

it('findClaude says the version, or that there is none', async () => {
  const { fake } = script([good])
  expect(await findClaude({ PATH: fake.folder })).toBe('2.1.329 (Claude Code)')
  expect(await findClaude({ PATH: '/nowhere' })).toBeNull()
})
