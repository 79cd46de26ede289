import { isRandom } from './is-random.ts'
import type { Hit } from './types.ts'

const NOUN =
  'pass(?:word|wd|phrase|code)?|pwd?|secret(?:OrKey)?|token|api[-_]?key|(?:access|private|signing|encryption|secret|auth|master|session|cookie|hmac)[-_]?key|credentials?|salt|pepper'
/** An identifier, a key or a variable that ends in such a word, perhaps with a number or a stage behind it. */
const NAME = `(?<![\\w$])[\\w$-]{0,60}?(?<noun>${NOUN})s?(?:[-_]?(?:\\d{1,3}|v\\d|dev|prod|test|live|default|fallback|base))?`
const LITERAL = `(?<quote>["'\`])(?<secret>(?:\\\\.|(?!\\k<quote>)[^\\\\\\n]){4,400})\\k<quote>`

const NAMED: readonly RegExp[] = [
  // name = '...', name: '...', 'name': '...', name: string = '...', env.NAME ?? '...', headers['name'] !== '...'
  new RegExp(
    `${NAME}["'\\])?!]*(?:\\s+as\\s+\\w+\\)?)?\\s*(?::\\s*[\\w<>[\\]| ]{1,40}=|:|={1,3}|!==?|\\?\\?=?|\\|\\|=?|=>)\\s*${LITERAL}`,
    'gi',
  ),
  // NAME: z.string().default('...'), and a column as the prompt has it: name: text, default "..."
  new RegExp(`${NAME}["']?\\s*:\\s*[^\\n'"\`]{0,200}(?:\\.(?:default|catch)\\(\\s*|\\bdefault )${LITERAL}`, 'gi'),
  // set('name', '...'), env('NAME', '...')
  new RegExp(
    `\\b(?:set|setHeader|header|append|get|getenv|env|optional)\\(\\s*["'\`]${NAME}["'\`]\\s*,\\s*${LITERAL}`,
    'gi',
  ),
]

/** What signs, encrypts or compares takes its secret as an argument. */
const ARGUMENT = new RegExp(
  `\\b(?:sign|verify|createHmac|createCipheriv|createDecipheriv)\\((?:[^()'"\`\\n]|'[\\w-]{1,20}'){1,200},\\s*${LITERAL}|\\b(?:cookieParser\\(\\s*|timingSafeEqual\\([^'"\`\\n]{0,200}|(?:hash|compare)(?:Sync)?\\(\\s*(?:[\\w.]{1,60},\\s*)?)(?<quote2>["'\`])(?<secret2>[^\\n]{4,200}?)\\k<quote2>`,
  'g',
)

/** Next to such a name words of the code are common, so these want a digit. */
const WITH_DIGIT: readonly RegExp[] = [
  // ?name=... of an address, ;name=... of a connection, 'name: ...' of a header
  new RegExp(`[?&;]${NAME}=(?<secret>[^\\s&#'"\`<>{}$;]{6,})`, 'gi'),
  new RegExp(`["'\`]${NAME}:\\s+(?<secret>[^\\s'"\`$]{6,})["'\`]`, 'gi'),
  /(?<quote>["'`])(?:Bearer|Token|ApiKey) (?<secret>[^\s'"`$]{6,})\k<quote>/gi,
]

/** apiKeys = ['...', '...'], ['...', '...'].includes(apiKey) */
const LIST = new RegExp(
  `${NAME}["']?\\s*[:=]\\s*(?:new Set\\(\\s*)?\\[(?<secret>[^\\]]{6,2000})\\]|\\[(?<secret2>[^[\\]]{6,2000})\\]\\.includes\\(\\s*[\\w$.]{0,60}?(?:${NOUN})s?\\b`,
  'gi',
)

const IN_COMMENT = '(?<=(?://|\\*|#)[^\\n]{0,300})'
const UNQUOTED: readonly RegExp[] = [
  // NAME=value, as a comment quotes it from an environment file
  /\b[A-Z0-9_]*(?:PASS|PWD|SECRET|TOKEN|KEY)[A-Z0-9_]*=(?<secret>[^\s\\'"`;,()<>{}$]{6,})/g,
  // the password is value
  new RegExp(
    `${IN_COMMENT}\\b(?:${NOUN}|(?:api|access|private) key)\\s*(?:is|was|=>?|:|->)\\s*["'\`]?(?<secret>[^\\s\\\\'"\`,;()<>]{4,})`,
    'gi',
  ),
]

const RANDOM: readonly RegExp[] = [
  /(?<quote>["'`])(?<secret>[A-Za-z0-9+/_=.~-]{32,})\k<quote>/g,
  /(?<![\w/-])(?<secret>[0-9a-f]{32,}|[0-9A-F]{32,})(?![\w-])/g,
]

/** Literals that a name or their look says are secrets: a guess, on the safe side. */
export function findGuessed(text: string): Hit[] {
  return [
    ...NAMED.flatMap((pattern) => matches(text, pattern, kindOfNamed)),
    ...matches(text, ARGUMENT, ({ secret }) => (isPlain(secret) ? null : 'signing-secret')),
    ...WITH_DIGIT.flatMap((pattern) => matches(text, pattern, ({ secret }) => (/\d/.test(secret) ? 'token' : null))),
    ...findListed(text),
    ...UNQUOTED.flatMap((pattern) =>
      matches(text, pattern, ({ secret }) =>
        /\d/.test(secret) && !/^(?:process|import)\./.test(secret) ? 'password' : null,
      ),
    ),
    ...RANDOM.flatMap((pattern) => matches(text, pattern, ({ secret }) => (isRandom(secret) ? 'random-text' : null))),
  ]
}

function findListed(text: string): Hit[] {
  return matches(text, LIST, () => 'api-key').flatMap((list) => {
    const items = text.slice(list.start, list.end).matchAll(/(["'`])((?=[^"'`]*\d)[^\s"'`$]{4,})\1/g)
    return [...items].map((item) => {
      const start = list.start + item.index + 1
      return { ...list, start, end: start + (item[2] ?? '').length }
    })
  })
}

interface Found {
  readonly noun: string
  readonly secret: string
}

function matches(text: string, pattern: RegExp, kindOf: (found: Found) => string | null): Hit[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const secret = match.groups?.secret ?? match.groups?.secret2 ?? ''
    const kind = kindOf({ noun: match.groups?.noun?.toLowerCase() ?? '', secret })
    const start = match.index + match[0].lastIndexOf(secret)
    return kind === null ? [] : [{ kind, start, end: start + secret.length, isGuess: true }]
  })
}

function kindOfNamed({ noun, secret }: Found): string | null {
  const maySpeak = /secret|phrase/.test(noun)
  if (isPlain(secret) || (!maySpeak && /\s/.test(secret))) return null
  if (/^p/.test(noun)) return 'password'
  if (/(?<!or)key$/.test(noun)) return 'api-key'
  return noun === 'token' ? 'token' : 'secret'
}

/** What stands beside such a name without being one: types, places, names of headers and columns, messages. */
const PLAIN: readonly RegExp[] = [
  /\$\{|<redacted:|^process\.env\b/,
  /^[^A-Za-z0-9]*$/,
  /^(?:string|number|boolean|function|object|symbol|bigint|text|varchar|char|password|passwd|secret|token|bearer|basic|jwt|oauth2?|csrf|api|apikey|access|refresh|session|reset|verify|local|none|null|undefined|true|false|hidden|required|optional|query|header|headers|body|cookie|form|json|base64|base64url|utf-?8|hex|email|include|omit|same-origin|credentials|(?:sha|md|rs|hs|es)-?\d+)$/i,
  /^x-[a-z-]+$/i,
  /^(?:\/|\.{1,2}\/|@?[a-z]+\/[a-z.+-]+$|https?:)/,
  /^[A-Z]+(?:_[A-Z]+)+$/,
  /^(?:[A-Za-z]+[-_.: ])+(?:token|key|password|passwd|hash|id|name|auth|cookie)s?$/i,
  /^[a-z]+(?:Token|Key|Password|Secret|Hash|Id|Name)s?$/,
  /^(?=[^\d]*$).*(?:invalid|missing|requir|expire|must|wrong|revoked|unauthor|forbidden|malformed|unknown|incorrect|too[-_ ]|\bnot[-_ ]|\bno[-_ ])/i,
]

function isPlain(text: string): boolean {
  return PLAIN.some((pattern) => pattern.test(text))
}
