"use client";
/** The end of a list that is read page by page: nothing where it is whole. */
import type { PaginationStatus } from "convex/react";

export function MoreButton({ status, onMore }: { status: PaginationStatus; onMore: () => void }) {
  if (status !== "CanLoadMore" && status !== "LoadingMore") return null;
  return (
    <button className="button more" data-kind="quiet" disabled={status === "LoadingMore"} onClick={onMore} data-testid="more">
      {status === "LoadingMore" ? "Loading" : "Show more"}
    </button>
  );
}
