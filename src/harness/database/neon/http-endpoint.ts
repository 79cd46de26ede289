import type { IncomingMessage, ServerResponse } from 'node:http'
import pg from 'pg'
import * as z from 'zod'

const Query = z.object({ query: z.string(), params: z.array(z.unknown()).default([]) })
const Order = z.union([z.object({ queries: z.array(Query) }), Query])
type Query = z.infer<typeof Query>

/** What neon's server tells of an error, and node-postgres too, by the same names. */
const ERROR_FIELDS = [
  ...['severity', 'code', 'detail', 'hint', 'position', 'internalPosition', 'internalQuery', 'where', 'schema'],
  ...['table', 'column', 'dataType', 'constraint', 'file', 'line', 'routine'],
]

const ISOLATION: Readonly<Record<string, string>> = {
  ReadUncommitted: 'ISOLATION LEVEL READ UNCOMMITTED',
  ReadCommitted: 'ISOLATION LEVEL READ COMMITTED',
  RepeatableRead: 'ISOLATION LEVEL REPEATABLE READ',
  Serializable: 'ISOLATION LEVEL SERIALIZABLE',
}

/**
 * Answers as neon's server does, from the test's database: each request is a session of its own, and several statements
 * are one transaction. When the connection to the database breaks, so does the client's.
 */
export async function answerNeonQuery(
  databaseUrl: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const order = Order.parse(JSON.parse(Buffer.concat(chunks).toString()))
  const client = new pg.Client({ connectionString: databaseUrl })
  client.on('error', () => {})
  try {
    await client.connect()
    const results = 'queries' in order ? await runBatch(client, order.queries, request) : await run(client, order)
    send(response, 200, results)
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error
    const fields = ERROR_FIELDS.map((name) => [name, Reflect.get(error, name)])
    send(response, 400, { message: error.message, ...Object.fromEntries(fields) })
  } finally {
    client.end().catch(() => {})
  }
}

async function runBatch(client: pg.Client, queries: readonly Query[], { headers }: IncomingMessage): Promise<unknown> {
  const modes = [
    ISOLATION[String(headers['neon-batch-isolation-level'])],
    headers['neon-batch-read-only'] === 'true' ? 'READ ONLY' : undefined,
    headers['neon-batch-deferrable'] === 'true' ? 'DEFERRABLE' : undefined,
  ].filter((mode) => mode !== undefined)
  await client.query(`BEGIN ${modes.join(', ')}`)
  const results: unknown[] = []
  for (const query of queries) results.push(await run(client, query))
  await client.query('COMMIT')
  return { results }
}

/** Values stay the text that the server sent: neon's client parses them. */
async function run(client: pg.Client, { query, params }: Query): Promise<unknown> {
  const types = { getTypeParser: () => String }
  const { command, rowCount, rows, fields } = await client.query({
    text: query,
    values: params,
    rowMode: 'array',
    types,
  })
  return { command, rowCount, rows, fields, rowAsArray: true }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
