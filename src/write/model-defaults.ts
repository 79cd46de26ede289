/** Here and not beside the backends: who only wants to name a writer need not load them. */
export const ANTHROPIC_BASE_URL = 'https://api.anthropic.com'
export const DEFAULT_ANTHROPIC_MODEL = 'claude-sonnet-5-5'
export const OPENAI_BASE_URL = 'https://api.openai.com/v1'
