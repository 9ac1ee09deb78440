/** Bounds, shared by the functions that enforce them and the clients that show them. Lengths are in UTF-16 code units, as `String.length`. */

export const NAME_LENGTH_MAX = 120;
export const EMAIL_LENGTH_MAX = 254;
export const PHONE_LENGTH_MAX = 40;
export const TITLE_LENGTH_MAX = 160;
export const BODY_LENGTH_MAX = 4_000;
/** A billion euros. */
export const VALUE_CENTS_MAX = 100_000_000_000;

export const MEMBERS_MAX = 200;
export const TEAMS_MAX = 50;
export const API_KEYS_MAX = 50;
/** Companies that one account may take part in. */
export const COMPANIES_MAX = 20;

/** Cards of one stage of the board, and deals, tasks, notes and events of one contact that are shown. */
export const LISTED_MAX = 100;
export const SEARCH_RESULTS_MAX = 20;
export const SEARCH_TEXT_LENGTH_MAX = 100;
/** Rows of a page, in the web client and over REST. */
export const PAGE_SIZE = 25;
export const PAGE_SIZE_MAX = 100;
/** Rows of a file of exported contacts or deals; the next file begins where this one ends. */
export const EXPORTED_MAX = 2_000;
/** Deals that the figures of a pipeline are counted from. */
export const COUNTED_MAX = 5_000;

export const RATE_PER_MINUTE_DEFAULT = 600;
export const RATE_PER_MINUTE_MAX = 60_000;
/** How stale the "last used" of a key may be: keys in use do not write with every request. */
export const LAST_USED_STEP_MS = 60_000;
export const REST_BODY_LENGTH_MAX = 65_536;

/** How far the clock of a webhook's sender may be from ours, and how long a delivery is remembered. */
export const WEBHOOK_AGE_MS_MAX = 5 * 60_000;
export const DELIVERY_ID_LENGTH_MAX = 100;

/** Rows that one background transaction handles; it schedules another for the rest. */
export const BATCH_SIZE = 200;
