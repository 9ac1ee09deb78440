/** The names of subjects: the catalogue, and the boards that it lists. Also the paths at the source. */

export const CATALOGUE = "catalogue";
const BOARD_PREFIX = "boards/";

export const boardKey = (boardId: string): string => BOARD_PREFIX + boardId;
