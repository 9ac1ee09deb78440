/** Bounds. Lengths of texts are in UTF-16 code units, as `String.length`. */

export const NAME_LENGTH_MAX = 40;
export const CLASSES_MAX = 50;
export const MODULES_PER_CLASS_MAX = 50;
export const QUESTIONS_PER_MODULE_MAX = 100;
export const STUDENTS_PER_PAGE_MAX = 200;
export const TOP_FLAGGED_MAX = 5;
export const ACTIVE_QUIZZES_MAX = 200;
export const JOBS_SHOWN_MAX = 20;

/** Time for a quiz: this much for each of its questions. */
export const QUIZ_MS_PER_QUESTION = 45_000;

export const FILE_NAME_LENGTH_MAX = 120;
export const FILE_BYTES_MAX = 8 * 1024 * 1024;
/** Of everything that is packed in one document. */
export const INFLATED_BYTES_MAX = 64 * 1024 * 1024;
/** A chunk is cut before it is longer than this. */
export const CHUNK_LENGTH_MAX = 1_200;
export const CHUNKS_MAX = 2_000;
/** A run that has said nothing for so long is lost, with the server it ran on. */
export const RUN_LEASE_MS = 60_000;
export const RUNS_MAX = 3;
