"use client";
/** The field of the header. What is written goes into the address of the search page: it can be sent to somebody, and gone back to. */
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { Suspense, useState } from "react";
import { SEARCH_LENGTH_MAX } from "@/convex/model/limits";
import { SearchIcon } from "./Icons";

export function SearchField() {
  return (
    <Suspense>
      <Field />
    </Suspense>
  );
}

function Field() {
  const router = useRouter();
  const isHere = usePathname() === "/search";
  const fromAddress = useSearchParams().get("q") ?? "";
  const [text, setText] = useState(isHere ? fromAddress : "");
  const [wasHere, setWasHere] = useState(isHere);
  if (wasHere !== isHere) {
    setWasHere(isHere);
    if (!isHere) setText("");
  }
  const go = (next: string) => {
    setText(next);
    const address = `/search?q=${encodeURIComponent(next)}`;
    if (isHere) router.replace(address, { scroll: false });
    else if (next.trim() !== "") router.push(address);
  };
  return (
    <search className="search-field">
      <SearchIcon />
      <input type="search" value={text} maxLength={SEARCH_LENGTH_MAX} onChange={(event) => go(event.target.value)} placeholder="Search your lessons" aria-label="Search your lessons" data-testid="search" />
    </search>
  );
}
