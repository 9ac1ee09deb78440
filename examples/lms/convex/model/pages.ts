/** Pages of lists, as clients ask for them. */
import type { PaginationOptions } from "convex/server";
import { lmsError } from "./errors";
import { PAGE_ITEMS_MAX } from "./limits";

export function boundedPage(options: PaginationOptions): PaginationOptions {
  const { numItems } = options;
  if (!Number.isInteger(numItems) || numItems < 1 || numItems > PAGE_ITEMS_MAX) throw lmsError("INVALID", `A page has from 1 to ${PAGE_ITEMS_MAX} entries, not ${numItems}.`);
  return options;
}
