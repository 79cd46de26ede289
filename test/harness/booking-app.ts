/** An app for any Postgres driver, which `src/make-app.ts` of a sample project makes; it answers `booked` for what it has booked. */
export const makeApp = (booked: string): string => `
  import express from 'express'
  import { bookings, rooms } from './db/schema.js'
  export const makeApp = (db: any) => express().use(express.json()).post('/rooms', async (req, res) => {
    try {
      const [room] = await db.insert(rooms).values({ name: req.body.name }).returning()
      res.status(201).json(room)
    } catch (error: any) {
      res.status(503).json({ code: error.cause?.code ?? error.code })
    }
  }).post('/bookings', async (req, res) => {
    try {
      const row = { roomId: req.body.roomId, guest: 'Ada', night: '2030-01-15', price: '49.90', tags: ['a', 'b'], details: { quiet: true } }
      await db.transaction(async (tx: any) => {
        await tx.insert(bookings).values({ ...row, roomId: 1 })
        await tx.insert(bookings).values(row)
      })
      res.status(201).json(${booked})
    } catch (error: any) {
      res.status(409).json({ code: error.cause?.code ?? error.code, constraint: error.cause?.constraint })
    }
  })`

/** How a test file of such a project begins. */
export const TEST_IMPORTS = `
  import request from 'supertest'
  import { db as side, faults, queries } from 'itest-gen'
  import { expect, it } from 'vitest'
  import { bookings, rooms } from '../src/db/schema.js'`
