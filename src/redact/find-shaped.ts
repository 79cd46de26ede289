import type { Hit } from './types.ts'

/** Secrets that show by their own form and that secretlint misses. A group named `secret` is the part that goes. */
const SHAPES: readonly (readonly [string, RegExp])[] = [
  [
    'private-key',
    /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/g,
  ],
  // Cut off, as in a comment that quotes a part of one.
  ['private-key', /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:[\s*/#+'"`\\n]*[A-Za-z0-9+/=]{20,})*/g],
  ['stripe-key', /\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,}/g],
  ['webhook-secret', /\bwhsec_[A-Za-z0-9+/=_-]{16,}/g],
  ['jwt', /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}/g],
  ['google-key', /\bAIza[\w-]{35}|\bGOCSPX-[\w-]{20,}|\bya29\.[\w-]{20,}/g],
  [
    'url-password',
    /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/'"`<>]{0,100}:(?<secret>(?=[^\s@]{0,1000}[A-Za-z0-9])(?:(?:(?!\$\{)[^\s'"`/?#]){1,1000}|(?!\d{1,5}[/?#])(?:(?!\$\{)[^\s'"`@]){1,1000}))@(?=[\w[.-])/gi,
  ],
  ['slack-webhook', /https:\/\/hooks\.slack\.com\/(?:services|workflows|triggers)\/(?<secret>[\w/-]{20,})/g],
  ['discord-webhook', /https:\/\/(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks\/(?<secret>\d+\/[\w-]{20,})/g],
  ['sendgrid-key', /\bSG\.[\w-]{16,}\.[\w-]{16,}/g],
  ['twilio-key', /\b(?:SK|AC)[0-9a-f]{32}\b/g],
  ['mailgun-key', /\bkey-[0-9a-f]{32}\b/g],
  ['gitlab-token', /\bgl(?:pat|ptt|dt|rt|cbt|ft|soat)-[\w-]{20,}/g],
  ['shopify-token', /\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b/g],
  ['telegram-token', /\b\d{8,10}:[\w-]{35}\b/g],
  ['azure-key', /\b(?:AccountKey|SharedAccessKey)=(?<secret>[A-Za-z0-9+/]{40,}={0,2})/g],
  ['authorization', /\bBearer (?<secret>[\w.~+/-]{20,}=*)/g],
  ['authorization', /\bBasic (?<secret>[A-Za-z0-9+/]{16,}={0,2})(?![\w+/])/g],
  ['password-hash', /\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}|\$argon2(?:id|i|d)\$[^\s'"`]{20,}/g],
]

export function findShaped(text: string): Hit[] {
  return SHAPES.flatMap(([kind, shape]) =>
    [...text.matchAll(shape)].map((match) => {
      const secret = match.groups?.secret ?? match[0]
      // The last place: a user may be called like the password.
      const start = match.index + match[0].lastIndexOf(secret)
      return { kind, start, end: start + secret.length, isGuess: kind === 'url-password' }
    }),
  )
}
