/** How the rivulet command ends. */
export const EXIT_OK = 0;
/** The command could not do its work; the message says why. */
export const EXIT_FAILURE = 1;
/** The command line is wrong: unknown command or flag, bad value. */
export const EXIT_USAGE = 2;
/** The server gave up because its engine died again and again (EX_SOFTWARE). */
export const EXIT_ENGINE_FAILED = 70;
