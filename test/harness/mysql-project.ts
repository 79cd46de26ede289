import type { ProjectFacts } from '../../src/harness/project-facts.ts'
import { makeProject, type SampleProject } from './sample-project.ts'

/** A shop on MySQL that writes the same order directly, in a transaction, and through a repository. */
const SCHEMA = `
import { boolean, char, datetime, decimal, foreignKey, int, json, mysqlTable, primaryKey, timestamp, varchar } from 'drizzle-orm/mysql-core'
export const customers = mysqlTable('customers', {
  id: int('id').autoincrement().primaryKey(), name: varchar('name', { length: 50 }).notNull(),
})
export const orders = mysqlTable('orders', {
  id: int('id').autoincrement().primaryKey(),
  customerId: int('customer_id').notNull(),
  sku: varchar('sku', { length: 50 }).notNull().unique('orders_sku_once'),
}, (t) => [foreignKey({ name: 'orders_customer', columns: [t.customerId], foreignColumns: [customers.id] })])
export const lines = mysqlTable('lines', {
  id: int('id').autoincrement().primaryKey(),
  orderId: int('order_id').notNull().references(() => orders.id),
  text: varchar('text', { length: 50 }).notNull(),
})
export const parcels = mysqlTable('parcels', {
  code: char('code', { length: 36 }).primaryKey(),
  orderId: int('order_id').notNull().references(() => orders.id),
  weight: decimal('weight', { precision: 8, scale: 2 }).notNull(),
  isSent: boolean('is_sent').notNull(),
  labels: json('labels').notNull(),
  due: datetime('due').notNull(),
  madeAt: timestamp('made_at').notNull().defaultNow(),
})
export const stops = mysqlTable('stops', {
  parcelCode: char('parcel_code', { length: 36 }).notNull().references(() => parcels.code),
  position: int('position').notNull(),
}, (t) => [primaryKey({ columns: [t.parcelCode, t.position] })])
`

const BREAK = '\n--> statement-breakpoint\n'

/** With all that a copy must have: rows, a view of a view, a trigger that writes, a column that is computed. */
const MIGRATION = [
  'CREATE TABLE `customers` (`id` int AUTO_INCREMENT PRIMARY KEY, `name` varchar(50) NOT NULL, `loud` varchar(60) GENERATED ALWAYS AS (upper(`name`)) STORED)',
  `CREATE TABLE \`orders\` (\`id\` int AUTO_INCREMENT PRIMARY KEY, \`customer_id\` int NOT NULL, \`sku\` varchar(50) NOT NULL,
    CONSTRAINT \`orders_sku_once\` UNIQUE (\`sku\`), CONSTRAINT \`orders_customer\` FOREIGN KEY (\`customer_id\`) REFERENCES \`customers\` (\`id\`))`,
  'CREATE TABLE `lines` (`id` int AUTO_INCREMENT PRIMARY KEY, `order_id` int NOT NULL REFERENCES `orders` (`id`), `text` varchar(50) NOT NULL)',
  `CREATE TABLE \`parcels\` (\`code\` char(36) PRIMARY KEY, \`order_id\` int NOT NULL REFERENCES \`orders\` (\`id\`), \`weight\` decimal(8,2) NOT NULL,
    \`is_sent\` boolean NOT NULL, \`labels\` json NOT NULL, \`due\` datetime NOT NULL, \`made_at\` timestamp NOT NULL DEFAULT (now()))`,
  'CREATE TABLE `stops` (`parcel_code` char(36) NOT NULL, `position` int NOT NULL, PRIMARY KEY (`parcel_code`, `position`))',
  'CREATE TABLE `odd-log` (`id` int AUTO_INCREMENT PRIMARY KEY, `what` varchar(50))',
  'CREATE VIEW `z_customers` AS SELECT `id`, `name` FROM `customers`',
  'CREATE VIEW `a_names` AS SELECT `name` FROM `z_customers`',
  "CREATE TRIGGER `customers_log` AFTER DELETE ON `customers` FOR EACH ROW BEGIN INSERT INTO `odd-log` (`what`) VALUES ('gone'); END",
  "INSERT INTO `customers` (`name`) VALUES ('ada'), ('bob')",
].join(BREAK)

const JOURNAL = JSON.stringify({
  version: '5',
  dialect: 'mysql',
  entries: [{ idx: 0, version: '5', when: 1700000000000, tag: '0000_start', breakpoints: true }],
})

const DATABASE = `
import { drizzle } from 'drizzle-orm/mysql2'
import mysql from 'mysql2/promise'
export const pool = mysql.createPool({ uri: process.env.DATABASE_URL, connectionLimit: 3, connectTimeout: 1000 })
export const db = drizzle(pool)
`

const APP = `
import { eq } from 'drizzle-orm'
import express from 'express'
import { db } from './db/index.js'
import { customers, lines, orders } from './db/schema.js'
class OrderRepository {
  constructor(db) { this.insert = db.insert.bind(db) }
  async add(sku) { return (await this.insert(orders).values({ customerId: 1, sku }).$returningId())[0] }
}
const ways = {
  direct: async (sku) => (await db.insert(orders).values({ customerId: 1, sku }).$returningId())[0],
  transaction: (sku) => db.transaction(async (tx) => {
    const [order] = await tx.insert(orders).values({ customerId: 1, sku }).$returningId()
    for (const text of ['a', 'b']) await tx.insert(lines).values({ orderId: order.id, text })
    return order
  }),
  repository: (sku) => new OrderRepository(db).add(sku),
}
const fail = (res, error) => {
  const { code, errno, sqlState, message } = error.cause ?? error
  res.status(503).json({ code, errno, sqlState, message })
}
export const app = express().use(express.json())
app.post('/:way', async (req, res) => {
  try {
    res.status(201).json(await ways[req.params.way](req.body.sku))
  } catch (error) { fail(res, error) }
})
app.get('/customers/:id', async (req, res) => {
  try {
    res.json(await db.select().from(customers).where(eq(customers.id, Number(req.params.id))))
  } catch (error) { fail(res, error) }
})
`

export function mysqlFacts(database: Partial<ProjectFacts['database']> = {}): ProjectFacts {
  return {
    schema: 'itest.harness/1',
    database: {
      dialect: 'mysql',
      urlVariables: ['DATABASE_URL'],
      partVariables: {
        host: 'DB_HOST',
        port: 'DB_PORT',
        user: 'DB_USER',
        password: 'DB_PASSWORD',
        database: 'DB_NAME',
      },
      migrations: 'drizzle',
      schemaFiles: ['src/db/schema.ts'],
      ...database,
    },
    environment: {},
  }
}

export function makeMysqlProject(files: Readonly<Record<string, string>>): SampleProject {
  return makeProject({
    'src/app.ts': APP,
    'src/db/index.ts': DATABASE,
    'src/db/schema.ts': SCHEMA,
    'drizzle/0000_start.sql': MIGRATION,
    'drizzle/meta/_journal.json': JOURNAL,
    '.itest/harness.json': JSON.stringify(mysqlFacts()),
    ...files,
  })
}

/** The head of a test file of the shop. */
export const MYSQL_HEAD = `
import request from 'supertest'
import { db, factory, faults, queries } from 'itest-gen'
import { describe, expect, it } from 'vitest'
import { app } from '../src/app.js'
import { pool } from '../src/db/index.js'
import { customers, lines, orders, parcels, stops } from '../src/db/schema.js'
const order = (way: string, sku: string) => request(app).post('/' + way).send({ sku }).timeout(4000)
`
