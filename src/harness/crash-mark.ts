/** On an error that would have ended the app's process, and that the test's facts report. */
export const CRASH_MARK = 'itestAppCrash'
