/** On an error that would have ended the app's process, and that the test's facts report. */
export const CRASH_MARK = 'itestAppCrash'

export const AFTER_CRASH =
  'an earlier test of this file would have ended the process, and its driver did not recover; run this test alone'
