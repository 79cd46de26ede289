/** The variable through which a parent process hands its engine to the Vitest plugin. */
export const ENGINE_VARIABLE = 'ITEST_ENGINE'

/** Set where nothing is known of a database: tests run without one. */
export const WITHOUT_DATABASE_VARIABLE = 'ITEST_WITHOUT_DATABASE'
