/** Bounds. Lengths of texts are in UTF-16 code units, as `String.length`. */

/** How many due subjects one scan looks at. */
export const SCANNED_AT_ONCE = 1_024;
/** How many of them one transaction sends to the pool, and how many people who left it takes out; another follows for the rest. */
export const SENT_AT_ONCE = 128;
export const REMOVED_AT_ONCE = 512;
export const BOARDS_MAX = 1_024;
/** How many new boards, and how many that are gone, one transaction handles. */
export const BOARDS_CHANGED_AT_ONCE = 128;
export const KEY_LENGTH_MAX = 72;
/** Of one heartbeat: a page shows the catalogue and one board, or a few. */
export const KEYS_PER_HEARTBEAT_MAX = 8;

export const TITLE_LENGTH_MAX = 120;
export const TEXT_LENGTH_MAX = 280;
export const NOTES_MAX = 100;
export const LINKS_MAX = 200;
/** Of one answer of the source. */
export const ANSWER_BYTES_MAX = 512 * 1024;
export const PROBLEM_LENGTH_MAX = 300;

/** At most this many refreshes run at a time. */
export const WORKERS_MAX = 4;
/** How many places of lost workers are lent at most, while the pool still counts them. */
export const LENT_MAX = 16;
/** A subject that fails again and again is tried less and less often: up to this many intervals apart. */
export const FAILURE_BACKOFF_MAX = 8;

export const WIPED_AT_ONCE = 100;
export const DIGEST_PAGE = 16;
