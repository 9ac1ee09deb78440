/** What was searched is in the address. */
import type { Metadata } from "next";
import { Suspense } from "react";
import { SearchView } from "@/components/SearchView";

export const metadata: Metadata = { title: "Search" };

export default function SearchPage() {
  return (
    <main className="page narrow">
      <Suspense>
        <SearchView />
      </Suspense>
    </main>
  );
}
