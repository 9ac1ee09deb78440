/** The first page: one's own courses, and the catalogue. Both are in the first HTML, and live afterwards. */
import { fetchQuery, preloadQuery } from "convex/nextjs";
import { Catalogue } from "@/components/Catalogue";
import { MyCourses } from "@/components/MyCourses";
import { Welcome } from "@/components/Welcome";
import { api } from "@/convex/_generated/api";
import { CATALOGUE_PAGE } from "@/lib/pages";
import { sessionToken } from "@/lib/session";

interface HomeProps {
  readonly searchParams: Promise<{ problem?: string }>;
}

export default async function Home({ searchParams }: HomeProps) {
  const token = await sessionToken();
  const { problem } = await searchParams;
  const catalogue = fetchQuery(api.courses.catalogue, { paginationOpts: { cursor: null, numItems: CATALOGUE_PAGE } });
  const mine = token === undefined ? null : await preloadQuery(api.courses.mine, {}, { token });
  return (
    <main className="page">
      {mine === null ? <Welcome hasProblem={problem === "sign-in"} /> : <MyCourses preloaded={mine} />}
      <Catalogue firstPage={(await catalogue).page} />
    </main>
  );
}
