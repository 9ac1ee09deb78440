"use client";
/** Lessons that have the words, course by course; live, as every query. Without words nothing is asked. */
import { useQuery } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useDeferredValue } from "react";
import { api } from "@/convex/_generated/api";
import { SkeletonRows } from "./Skeleton";
import { useLast } from "@/hooks/useLast";

type Hit = FunctionReturnType<typeof api.search.lessons>[number];

export function SearchView() {
  const text = useDeferredValue((useSearchParams().get("q") ?? "").trim());
  const hits = useQuery(api.search.lessons, text === "" ? "skip" : { text });
  // The last results stay while the next ones come: each letter is a new query.
  const shown = useLast(hits);
  return (
    <section className="search-page" aria-labelledby="search-title" aria-busy={text !== "" && hits === undefined} data-testid="search-page" data-text={text} data-count={hits?.length}>
      <h1 id="search-title">{text === "" ? "Search" : `“${text}”`}</h1>
      {text === "" ? (
        <p className="empty">Write a word, or the beginning of one. The lessons of all your courses are looked through.</p>
      ) : shown === undefined ? (
        <SkeletonRows count={6} label="Searching" />
      ) : shown.length === 0 ? (
        <p className="empty" data-testid="no-hits">
          None of your lessons has it. As soon as one does it is here.
        </p>
      ) : (
        <ul className="hits">
          {shown.map((hit) => (
            <HitRow key={hit._id} hit={hit} text={text} />
          ))}
        </ul>
      )}
    </section>
  );
}

function HitRow({ hit: { _id, courseId, courseTitle, title, excerpt, isPublished }, text }: { hit: Hit; text: string }) {
  return (
    <li data-testid="hit" data-title={title}>
      <Link href={`/courses/${courseId}/lessons/${_id}`}>
        <small>
          {courseTitle}
          {!isPublished && " · Draft"}
        </small>
        <strong>{marked(title, text)}</strong>
        <span>{marked(excerpt, text)}</span>
      </Link>
    </li>
  );
}

/** With the words that were searched, and those that begin like them, stressed. */
function marked(shown: string, text: string) {
  const words = (text.match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, 16);
  if (words.length === 0) return shown;
  const parts = shown.split(new RegExp(`(?<![\\p{L}\\p{N}])((?:${words.join("|")})[\\p{L}\\p{N}]*)`, "giu"));
  return parts.map((part, index) => (index % 2 === 1 ? <mark key={index}>{part}</mark> : part));
}
