/** The students of a cohort, page by page, each row live. Turning a page closes its subscription and opens the next one's. */
import { useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import { formatShare } from "../lib/format";
import type { StudentRow } from "../lib/types";
import { BackIcon, NextIcon } from "./Icons";
import type { OpenStudent } from "./StudentModal";

const LIMITS = [10, 25, 50, 200];

interface StudentTableProps {
  cohortId: Id<"cohort">;
  /** Undefined while it is not known. */
  total: number | undefined;
  onOpen: (student: OpenStudent) => void;
}

export function StudentTable({ cohortId, total = 0, onOpen }: StudentTableProps) {
  const [limit, setLimit] = useState(10);
  const [offset, setOffset] = useState(0);
  const students = useQuery(api.cohorts.getStudentsWithProgress, { cohortId, limit, offset });
  const changeLimit = (next: number) => {
    setLimit(next);
    setOffset(0);
  };
  return (
    <section className="card table-card" aria-labelledby="students-title">
      <div className="card-head">
        <h2 id="students-title">Students</h2>
        <label className="inline-field">
          <span>Rows</span>
          <select value={limit} onChange={(event) => changeLimit(Number(event.target.value))} data-testid="limit">
            {LIMITS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      </div>
      <table className="students" aria-busy={students === undefined} data-testid="students" data-offset={offset} data-loaded={students !== undefined}>
        <thead>
          <tr>
            <th scope="col" className="number">
              No.
            </th>
            <th scope="col">Name</th>
            <th scope="col" className="number">
              Answered
            </th>
            <th scope="col" className="number">
              Right
            </th>
            <th scope="col" className="number">
              Flags
            </th>
          </tr>
        </thead>
        <tbody>
          {students?.map((student) => <Row key={student._id} student={student} onOpen={onOpen} />)}
          {students === undefined && <SkeletonRows count={Math.min(limit, Math.max(1, total - offset))} />}
        </tbody>
      </table>
      <div className="pager">
        <button className="button" data-kind="quiet" disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - limit))} aria-label="Previous page" data-testid="page-back">
          <BackIcon />
        </button>
        <span data-testid="page-range">{total === 0 ? "Nobody yet" : `${offset + 1} to ${Math.min(total, offset + limit)} of ${total}`}</span>
        <button className="button" data-kind="quiet" disabled={offset + limit >= total} onClick={() => setOffset(offset + limit)} aria-label="Next page" data-testid="page-next">
          <NextIcon />
        </button>
      </div>
    </section>
  );
}

function Row({ student, onOpen }: { student: StudentRow; onOpen: (student: OpenStudent) => void }) {
  const { _id, name, rosterNumber, progressStats } = student;
  const { answered, correct, flagged } = progressStats;
  return (
    <tr data-testid="student-row" data-name={name} data-answered={answered}>
      <td className="number faint">{rosterNumber}</td>
      <td>
        <button className="link" onClick={() => onOpen({ userId: _id, name })} data-testid="open-student">
          {name}
        </button>
      </td>
      <td className="number">{answered}</td>
      <td className="number">{formatShare(correct, answered)}</td>
      <td className="number">{flagged}</td>
    </tr>
  );
}

function SkeletonRows({ count }: { count: number }) {
  return Array.from({ length: count }, (_, index) => (
    <tr key={index} className="skeleton-row" aria-hidden="true">
      <td colSpan={5}>&nbsp;</td>
    </tr>
  ));
}
