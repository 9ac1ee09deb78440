/** Bounds, shared by the functions that enforce them and the page that shows them. Lengths are in UTF-16 code units, as `String.length`. */

export const SESSIONS_LISTED_MAX = 500;
export const VIOLATIONS_PER_SESSION_MAX = 500;
export const VIOLATIONS_LISTED_MAX = 50;

export const BODY_LENGTH_MAX = 2_000;
export const CLIENT_KEY_LENGTH_MAX = 64;
/** How many of a chat's newest messages are shown, and looked through for unread ones. */
export const MESSAGES_LISTED_MAX = 100;
/** How many people may be named as readers of one message. */
export const READERS_MAX = 50;

export const PRESENCE_LISTED_MAX = 500;
export const TYPING_LISTED_MAX = 10;

export const LEADERBOARD_LISTED_MAX = 100;
export const SCORE_BODY_BYTES_MAX = 16_384;
export const SCORE_TEXT_LENGTH_MAX = 200;
/** How far the clock of the grading service may be from ours, and how long a signature is remembered. */
export const SIGNATURE_AGE_MS_MAX = 5 * 60_000;

/** How many rows one run of a cron handles; it starts another for the rest. */
export const CLEANED_AT_ONCE = 200;
