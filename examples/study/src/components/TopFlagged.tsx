/** The questions of a module that most students have flagged. */
import { useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import { FlagIcon } from "./Icons";

export function TopFlagged({ classes }: { classes: readonly { _id: Id<"class">; name: string }[] | undefined }) {
  const [chosenClass, setChosenClass] = useState<Id<"class"> | null>(null);
  const [chosenModule, setChosenModule] = useState<Id<"module"> | null>(null);
  const classId = chosenClass ?? classes?.[0]?._id;
  const modules = useQuery(api.content.modules, classId === undefined ? "skip" : { classId });
  const moduleId = modules?.find(({ _id }) => _id === chosenModule)?._id ?? modules?.[0]?._id;
  const questions = useQuery(api.content.topFlagged, moduleId === undefined ? "skip" : { moduleId });
  return (
    <section className="card" aria-labelledby="flagged-title" data-testid="top-flagged">
      <div className="card-head">
        <h2 id="flagged-title">Most flagged</h2>
      </div>
      <div className="selects">
        <select aria-label="Class" value={classId ?? ""} onChange={(event) => setChosenClass(event.target.value as Id<"class">)}>
          {classes?.map(({ _id, name }) => (
            <option key={_id} value={_id}>
              {name}
            </option>
          ))}
        </select>
        <select aria-label="Module" value={moduleId ?? ""} onChange={(event) => setChosenModule(event.target.value as Id<"module">)} data-testid="flagged-module">
          {modules?.map(({ _id, title }) => (
            <option key={_id} value={_id}>
              {title}
            </option>
          ))}
        </select>
      </div>
      <ol className="rows">
        {questions?.map(({ _id, prompt, flagCount }) => (
          <li key={_id} className="row" data-testid="flagged-question" data-count={flagCount}>
            <span className="row-words">{prompt}</span>
            <span className="flags">
              <FlagIcon />
              {flagCount}
            </span>
          </li>
        ))}
      </ol>
      {questions?.length === 0 && <p className="empty">No question of this module is flagged.</p>}
    </section>
  );
}
