/** On the pages' server: what a query refuses as not there, or as an address with a slip in it, is the page for that. */
import { notFound } from "next/navigation";
import { isLmsError } from "@/convex/model/errors";

export async function found<Result>(asked: Promise<Result>): Promise<Result> {
  try {
    return await asked;
  } catch (error) {
    const isMissing = isLmsError(error) ? error.data.code === "NOT_FOUND" : error instanceof Error && error.message.includes("ArgumentValidationError");
    if (isMissing) notFound();
    throw error;
  }
}
