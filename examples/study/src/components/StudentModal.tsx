/** One student, one module, question by question. Nothing is subscribed to while it is closed. */
import { useQuery } from "convex/react";
import { useEffect, useRef, useState } from "react";
import type { MouseEvent } from "react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import { formatShare } from "../lib/format";
import { ClassTabs } from "./ClassTabs";
import { Gauge } from "./Gauge";
import { CloseIcon, FlagIcon } from "./Icons";

export interface OpenStudent {
  readonly userId: Id<"users">;
  readonly name: string;
}

interface StudentModalProps {
  student: OpenStudent | null;
  classes: readonly { _id: Id<"class">; name: string }[] | undefined;
  onClose: () => void;
}

export function StudentModal({ student, classes, onClose }: StudentModalProps) {
  const element = useRef<HTMLDialogElement>(null);
  const [chosenClass, setChosenClass] = useState<Id<"class"> | null>(null);
  const [chosenModule, setChosenModule] = useState<Id<"module"> | null>(null);
  const classId = chosenClass ?? classes?.[0]?._id;
  const modules = useQuery(api.content.modules, student === null || classId === undefined ? "skip" : { classId });
  const moduleId = modules?.find(({ _id }) => _id === chosenModule)?._id ?? modules?.[0]?._id;
  const stats = useQuery(api.progress.getUserModuleStats, student === null || moduleId === undefined ? "skip" : { userId: student.userId, moduleId });
  const isOpen = student !== null;
  useEffect(() => {
    if (isOpen) element.current?.showModal();
    else element.current?.close();
  }, [isOpen]);
  const handleClick = (event: MouseEvent) => {
    if (event.target === element.current) onClose();
  };
  return (
    <dialog ref={element} className="dialog" aria-labelledby="student-title" onClose={onClose} onClick={handleClick} data-testid="student-modal">
      {student !== null && (
        <div className="dialog-body">
          <div className="card-head">
            <h2 id="student-title">{student.name}</h2>
            <button className="icon-button" onClick={onClose} aria-label="Close" data-testid="close-modal">
              <CloseIcon />
            </button>
          </div>
          <ClassTabs classes={classes} classId={classId} onChoose={setChosenClass} />
          <label className="inline-field">
            <span>Module</span>
            <select value={moduleId ?? ""} onChange={(event) => setChosenModule(event.target.value as Id<"module">)} data-testid="modal-module">
              {modules?.map(({ _id, title }) => (
                <option key={_id} value={_id}>
                  {title}
                </option>
              ))}
            </select>
          </label>
          {stats === undefined ? (
            <div className="skeleton" role="status" aria-label="Loading" />
          ) : (
            <div className="modal-stats" data-testid="modal-stats" data-answered={stats.answered} data-correct={stats.correct} data-flagged={stats.flagged}>
              <p>
                {stats.answered} of {stats.questions.length} answered, {formatShare(stats.correct, stats.answered)} right
              </p>
              <Gauge correct={stats.correct} answered={stats.answered} total={stats.questions.length} />
              <ol className="review">
                {stats.questions.map(({ _id, prompt, state, isFlagged }) => (
                  <li key={_id} data-state={state}>
                    <span>{prompt}</span>
                    <span className="review-answer">
                      {isFlagged && (
                        <span className="flags">
                          <FlagIcon />
                          flagged
                        </span>
                      )}
                      {state}
                    </span>
                  </li>
                ))}
              </ol>
            </div>
          )}
        </div>
      )}
    </dialog>
  );
}
