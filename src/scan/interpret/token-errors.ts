import { hasPart } from '../expressions.ts'
import type { Expression } from '../types.ts'

/** The names, codes and words that errors of jsonwebtoken and jose have; a name, a code or a text with others is not theirs. */
const NAMES = /^(?:JW|JO)\w+$|^(?:Error|JsonWebTokenError|TokenExpiredError|NotBeforeError|SyntaxError|TypeError)$/
const CODES = /^ERR_/
const WORDS =
  /^(?:a|be|is|not|no|of|or|the|to|in|and|must|was|jw[a-z]+|jose|tokens?|signatures?|expired?|expiration|exp|malformed|invalid|unexpected|claims?|set|algorithms?|alg|header|headers|parameters?|protected|timestamp|check|failed|value|missing|required|audience|aud|issuer|iss|subject|sub|nbf|iat|id|nonce|maxage|exceeded|active|yet|provided|secrets?|public|private|keys?|asymmetric|string|compact|decode|base64url|json|position|input|end|verification|verify|unsupported|allowed|expected|error)$/i

/** `false` where code asks whether a token was refused with words that no such refusal has; null for any other question. */
export function impossibleTokenError(condition: Expression): false | null {
  if (condition.kind !== 'operation' || !/^(?:===|includes|startsWith|endsWith)$/.test(condition.name)) return null
  const [text, words] = condition.operands
  if (!text || words?.kind !== 'literal' || typeof words.value !== 'string') return null
  if (isOf(text, 'token error name')) return NAMES.test(words.value) ? null : false
  if (isOf(text, 'token error code')) return CODES.test(words.value) ? null : false
  const isMessage = hasPart(text, (part) => isOf(part, 'token message'))
  return isMessage && words.value.split(/[^\w]+/).some((word) => word !== '' && !WORDS.test(word)) ? false : null
}

function isOf(part: Expression, name: string): boolean {
  return part.kind === 'operation' && part.name === name
}
