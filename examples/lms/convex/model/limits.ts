/** Bounds, shared by the functions that enforce them and the pages that show them. Lengths are in UTF-16 code units, as `String.length`. */

export const TITLE_LENGTH_MAX = 120;
export const SUMMARY_LENGTH_MAX = 600;
export const LESSON_LENGTH_MAX = 60_000;
export const INSTRUCTIONS_LENGTH_MAX = 10_000;
export const WORK_LENGTH_MAX = 40_000;
export const COMMENT_LENGTH_MAX = 2_000;
export const FEEDBACK_LENGTH_MAX = 4_000;
export const FILE_NAME_LENGTH_MAX = 120;
export const FILE_BYTES_MAX = 10 * 1024 * 1024;

export const LESSONS_PER_COURSE_MAX = 500;
export const ASSIGNMENTS_PER_COURSE_MAX = 50;
export const COURSES_PER_TEACHER_MAX = 40;
export const ENROLMENTS_PER_LEARNER_MAX = 40;
export const POINTS_MAX = 1_000;

export const PAGE_ITEMS_MAX = 100;

export const SEARCH_LENGTH_MAX = 200;
export const HITS_MAX = 20;
/** Where each course is searched by itself. */
export const HITS_PER_COURSE_MAX = 5;
/** Of a search over the lessons of everybody. */
export const MATCHES_LOOKED_AT_MAX = 50;
export const EXCERPT_LENGTH = 180;

/** Rows of a gradebook that one request reads at a time. */
export const GRADEBOOK_PAGE = 100;

/** Documents of each kind that one transaction removes; it starts another for the rest. */
export const SWEPT_AT_ONCE = 200;
