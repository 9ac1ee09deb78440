/** Bounds. Lengths of texts are in UTF-16 code units, as `String.length`; the board's own units are CSS pixels at full size. */

export const BOARD_WIDTH = 2_400;
export const BOARD_HEIGHT = 1_600;
/** Notes are squares. */
export const NOTE_SIZE = 180;

export const BOARD_NAME_LENGTH_MAX = 60;
export const PERSON_NAME_LENGTH_MAX = 30;
export const TEXT_LENGTH_MAX = 200;
export const NOTES_MAX = 200;
export const VISITORS_MAX = 100;
export const BOARDS_LISTED_MAX = 20;

/** Secrets and keys are made by the page: at least 128 random bits as hexadecimal digits. */
export const RANDOM_DIGITS_MIN = 32;
export const RANDOM_DIGITS_MAX = 64;

/** Cursors are sent this often at most, while they move. */
export const MOVE_MS = 100;
/** "I am still here", of a cursor that does not move. */
export const HEARTBEAT_MS = 10_000;
/** Whoever has said nothing for so long is gone: two heartbeats and a half. */
export const PRESENCE_MS = 25_000;

/** For so long a deletion can be undone. */
export const DELETED_KEPT_MS = 60 * 60_000;
export const PURGED_AT_ONCE = 500;
