/** How much of each list a page asks for at a time. */
export const CATALOGUE_PAGE = 12;
export const OUTLINE_PAGE = 50;
export const COMMENTS_PAGE = 10;
export const SUBMISSIONS_PAGE = 10;
export const LEARNERS_PAGE = 10;
