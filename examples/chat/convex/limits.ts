/**
 * The bounds of the chat, shared by the functions that enforce them and the front-end that shows them.
 * Lengths are counted in UTF-16 code units, as `String.length` does.
 */

export const BODY_LENGTH_MAX = 2_000;
export const AUTHOR_LENGTH_MAX = 40;
export const ROOM_NAME_LENGTH_MAX = 40;
export const CLIENT_KEY_LENGTH_MAX = 64;

/** How many rooms `rooms.list` returns; rooms beyond it are still reached by their address. */
export const ROOMS_LISTED_MAX = 200;

/** How many messages one audit reads, well under the number a single query may scan. */
export const AUDIT_MESSAGES_MAX = 10_000;
