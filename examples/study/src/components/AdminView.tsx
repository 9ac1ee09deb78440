/** For whoever looks after a cohort: its progress on one page, its documents on another. */
import { useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import { ActiveQuizzes } from "./ActiveQuizzes";
import { CohortStats } from "./CohortStats";
import { Documents } from "./Documents";
import { StudentModal } from "./StudentModal";
import type { OpenStudent } from "./StudentModal";
import { StudentTable } from "./StudentTable";
import { TopFlagged } from "./TopFlagged";

type Place = "progress" | "documents";

const PLACES: readonly (readonly [Place, string])[] = [
  ["progress", "Progress"],
  ["documents", "Documents"],
];

export function AdminView({ cohortId }: { cohortId: Id<"cohort"> }) {
  const [place, setPlace] = useState<Place>("progress");
  return (
    <main className="admin">
      <nav className="tabs" aria-label="Pages">
        {PLACES.map(([name, title]) => (
          <button key={name} className="tab" aria-current={name === place ? "page" : undefined} onClick={() => setPlace(name)} data-testid={`place-${name}`}>
            {title}
          </button>
        ))}
      </nav>
      {place === "progress" ? <ProgressPage cohortId={cohortId} /> : <Documents cohortId={cohortId} />}
    </main>
  );
}

function ProgressPage({ cohortId }: { cohortId: Id<"cohort"> }) {
  const cohort = useQuery(api.cohorts.getCohortProgressStats, { cohortId });
  const classes = useQuery(api.content.classes, { cohortId });
  const [open, setOpen] = useState<OpenStudent | null>(null);
  return (
    <>
      <h1>{cohort?.name ?? "Cohort"}</h1>
      <CohortStats stats={cohort?.stats} />
      <div className="admin-columns">
        <StudentTable cohortId={cohortId} total={cohort?.stats.students} onOpen={setOpen} />
        <div className="admin-side">
          <ActiveQuizzes cohortId={cohortId} />
          <TopFlagged classes={classes} />
        </div>
      </div>
      <StudentModal student={open} classes={classes} onClose={() => setOpen(null)} />
    </>
  );
}
