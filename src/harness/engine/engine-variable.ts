/** The variable through which a parent process hands its engine to the Vitest plugin. */
export const ENGINE_VARIABLE = 'ITEST_ENGINE'
