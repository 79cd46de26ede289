import type { EffectClass } from '../types.ts'

/**
 * What calls into packages do outside the process, by package. A name that ends in `/` or `-` stands for all that begin
 * so. Whoever is on neither list is unclassified: nobody claims anything.
 */

/**
 * Calls leave the process: they send, charge, store, publish, or ask a service, which includes reading, as it may fail.
 * By group: payments; mail, messages and push; clouds, storage and search; queues, caches and other stores; models and
 * other services; clients.
 */
const EFFECTS = `
  stripe braintree square razorpay plaid @paypal/ paypal-rest-sdk mercadopago @mollie/ @paddle/ @lemonsqueezy/
  paystack midtrans-client xendit-node adyen @adyen/ coinbase-commerce-node
  nodemailer @sendgrid/ resend postmark mailtrap mailgun.js mailgun-js @mailchimp/ mailersend sib-api-v3-sdk @getbrevo/
  node-mailjet emailjs @emailjs/ loops twilio vonage @vonage/ messagebird africastalking @slack/ discord.js telegraf
  node-telegram-bot-api grammy pusher ably web-push expo-server-sdk onesignal-node @onesignal/ firebase-admin
  @knocklabs/ @novu/ socket.io ws imapflow
  @aws-sdk/ aws-sdk @google-cloud/ @azure/ googleapis @googleapis/ cloudinary minio @vercel/blob @vercel/kv
  @supabase/ uploadthing @uploadthing/ imagekit ssh2 ssh2-sftp-client basic-ftp algoliasearch @algolia/ @elastic/
  @opensearch-project/ meilisearch typesense @pinecone-database/ @qdrant/ weaviate-ts-client
  bullmq bull bee-queue agenda pg-boss graphile-worker amqplib amqp-connection-manager kafkajs nats mqtt ioredis
  redis @redis/ @upstash/ memjs memcached mongodb mongoose inngest @trigger.dev/ @temporalio/
  openai @anthropic-ai/ @google/generative-ai @google/genai @mistralai/ cohere-ai replicate groq-sdk ai lucia
  @langchain/ langchain ollama @octokit/ octokit @clerk/ @auth0/ auth0 @workos-inc/ posthog-node mixpanel @segment/
  analytics-node @amplitude/ docusign-esign @hubspot/ dockerode @kubernetes/
  got ky superagent needle request request-promise undici http https http2 net tls dgram graphql-request
  @apollo/client @grpc/ soap http-proxy child_process execa zx puppeteer playwright
`

/**
 * Packages that compute, format, check or log. Reports of errors and measurements (Sentry, OpenTelemetry, Datadog) are
 * among them: their clients buffer, never throw into the caller, and nobody's data is changed.
 */
const HARMLESS = `
  uuid nanoid cuid ulid ulidx short-uuid @paralleldrive/cuid2 shortid bcrypt bcryptjs argon2 @node-rs/argon2
  @node-rs/bcrypt crypto crypto-js tweetnacl jsonwebtoken jose passport jwt-decode otplib speakeasy otpauth csrf oslo path url
  util os events querystring stream buffer zlib assert string_decoder timers readline module process perf_hooks
  async_hooks v8 fs fs-extra winston winston- pino pino- morgan consola debug loglevel tslog log4js bunyan signale
  npmlog @logtail/ @sentry/ newrelic dd-trace applicationinsights @opentelemetry/ prom-client express-prom-bundle
  lodash lodash. lodash- lodash-es underscore ramda remeda radash date-fns date-fns-tz dayjs moment moment-timezone
  luxon @js-joda/ ms cron-parser slugify validator express-validator joi celebrate yup ajv ajv-formats
  class-validator class-transformer email-validator valibot superstruct io-ts fp-ts arktype zod-validation-error zod-to-json-schema
  @asteasolutions/zod-to-openapi swagger-jsdoc qs http-status-codes http-status http-errors statuses mime mime-types
  file-type dotenv dotenv-expand envalid config convict chalk colors kleur picocolors drizzle-orm drizzle-zod tslib
  reflect-metadata superjson devalue deepmerge fast-json-stringify cookie cookie-signature tough-cookie ua-parser-js
  bowser geoip-lite request-ip ipaddr.js is-ip sanitize-html dompurify xss marked markdown-it handlebars ejs pug
  mustache nunjucks eta mjml react react-dom @react-email/ multer csv-parse csv-stringify papaparse fast-csv
  @fast-csv/ xlsx exceljs json2csv yaml js-yaml fast-xml-parser xml2js cheerio jsdom pdfkit pdf-lib qrcode sharp jimp
  big.js decimal.js bignumber.js currency.js dinero.js mathjs fuse.js semver libphonenumber-js neverthrow ts-pattern
  lru-cache node-cache quick-lru mitt rxjs immer archiver adm-zip busboy fast-deep-equal negotiator random-words
  @faker-js/faker @ai-sdk/ better-auth/node
`

/** Members that change the disk; reading and making a folder are harmless. */
const DISK_WRITES =
  /^(?:writeFile|appendFile|unlink|rm|rmdir|rename|copyFile|cp|truncate|createWriteStream|outputFile|outputJson|writeJson|remove|move|emptyDir|copy)(?:Sync)?$/

/** Members of packages with effects that only make a client or compute. */
const MAKING =
  /^(?:createTransport|createClient|createCluster|duplicate|constructEvent|constructEventAsync|generateTestHeaderString|validateRequest|validateExpressRequest|initializeApp|getGenerativeModel|cert|applicationDefault|getApps|getSignedUrl|on|once|off|forEach|map|filter|sign_url|url|utils|config|setApiKey|setVapidDetails|Webhook|WebhookClient|readSessionCookie|createSessionCookie|createBlankSessionCookie|readBearerToken)$/

/** Members that ask without changing anything. */
const READING =
  /^(?:get|mget|hget|hgetall|hmget|exists|ttl|pttl|keys|scan|smembers|sismember|zrange|zscore|lrange|llen|ping|find|findOne|findById|list|retrieve|search|query|head|options|describe\w*|lookup|listen|countDocuments|verify\w*|(?:get|list|find|fetch|read|count|head)(?=[A-Z])(?!\w*(?:Or|And)[A-Z])\w*)$/

const EFFECTS_BY_NAME = matcher(EFFECTS)
const HARMLESS_BY_NAME = matcher(HARMLESS)

function matcher(list: string): (module: string) => boolean {
  const names = list.trim().split(/\s+/)
  const exact = new Set(names)
  const prefixes = names.filter((name) => /[/.-]$/.test(name))
  return (module) => {
    const scoped = module.startsWith('@') ? module.split('/').slice(0, 2).join('/') : (module.split('/')[0] ?? module)
    return exact.has(module) || exact.has(scoped) || prefixes.some((prefix) => module.startsWith(prefix))
  }
}

/** The class of a call, by package (`fs/promises` is `fs`) and the last member of the chain. */
export function classifyCall(module: string, member: string): EffectClass {
  if (/^(?:fs|fs-extra)(?:\/|$)/.test(module)) return DISK_WRITES.test(member) ? 'known' : 'harmless'
  if (EFFECTS_BY_NAME(module)) return makesClient(module, member) ? 'harmless' : 'known'
  return HARMLESS_BY_NAME(module) ? 'harmless' : 'unclassified'
}

/** Members that change something. */
const WRITING =
  /^(?:create|send|post|put|patch|set|del|delete|remove|update|upsert|insert|add|push|publish|emit|upload|invalidate|revoke|charge|capture|confirm|cancel|refund|pay|transfer|incr|decr|expire|track|identify|enqueue|write|append|unlink|rename|copy)/

/** Commands of the AWS clients, whose one method is `send`: `GetObjectCommand`, `BatchGetItemCommand`. */
const READING_COMMAND = /(?:^|\.)(?:Get|List|Head|Describe|Query|Scan|BatchGet|Select|Search|Lookup|Detect)\w*Command$/

/** What a call does that is given all it does by one command; null where it is not. */
export function accessByCommand(command: string): 'read' | 'write' | null {
  if (READING_COMMAND.test(command)) return 'read'
  return /(?:^|\.)[A-Z]\w*Command$/.test(command) ? 'write' : null
}

/** What a call does to what is outside, as far as its name tells. */
function accessByName(member: string): 'read' | 'write' | 'unknown' {
  if (READING.test(member)) return 'read'
  return WRITING.test(member) || DISK_WRITES.test(member) ? 'write' : 'unknown'
}

/** The same for `client.from.insert.select.single`: where the last name tells nothing, one before it may. */
export function accessByNames(names: readonly string[]): 'read' | 'write' | 'unknown' {
  const last = accessByName(names.at(-1) ?? '')
  if (last !== 'unknown') return last
  if (names.some((name) => /^(?:insert|update|upsert|delete)$/.test(name))) return 'write'
  return names.includes('select') ? 'read' : 'unknown'
}

/** Packages whose default export makes a client. */
const CLIENTS = /^(?:twilio|stripe|pusher|algoliasearch|mailgun-js|paystack|redis|plaid|telegraf)$/

/** Whether a call into a package with effects only makes what has them. */
export function makesClient(module: string, member: string): boolean {
  return EFFECTS_BY_NAME(module) && (MAKING.test(member) || (member === '' && CLIENTS.test(module)))
}

/** Whether the function returns when its work is done, instead of a promise. */
export function isSynchronous(module: string, member: string): boolean {
  if (module === 'child_process') return true
  return /Sync$/.test(member) || member === 'createWriteStream' || (module === 'ws' && member === 'send')
}

/** Harmless packages that read a format, and throw or reject when what they are given is something else. */
export function mayRefuse(module: string): boolean {
  return /^(?:sharp|jimp|csv-parse|xlsx|exceljs|fast-xml-parser|xml2js|js-yaml|yaml|adm-zip|pdf-lib)(?:\/|$)/.test(
    module,
  )
}
