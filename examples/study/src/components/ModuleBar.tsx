/** The modules of a class, each with a gauge of what is answered in it. */
import type { Id } from "../../convex/_generated/dataModel";
import type { ClassProgress, Module } from "../lib/types";
import { FlagIcon } from "./Icons";
import { Gauge } from "./Gauge";

interface ModuleBarProps {
  modules: readonly Module[] | undefined;
  progress: ClassProgress | undefined;
  moduleId: Id<"module"> | undefined;
  onChoose: (moduleId: Id<"module">) => void;
}

export function ModuleBar({ modules, progress = [], moduleId, onChoose }: ModuleBarProps) {
  return (
    <ul className="module-bar" data-testid="module-bar">
      {modules?.map((module) => {
        const records = progress.filter((record) => record.moduleId === module._id);
        const answered = records.filter(({ selectedOption }) => selectedOption !== null).length;
        const correct = records.filter(({ isCorrect }) => isCorrect).length;
        const flagged = records.filter(({ isFlagged }) => isFlagged).length;
        return (
          <li key={module._id}>
            <button className="module" aria-current={module._id === moduleId} onClick={() => onChoose(module._id)} data-testid="module" data-answered={answered} data-correct={correct} data-flagged={flagged}>
              <span className="module-title">{module.title}</span>
              <span className="module-figures">
                {flagged > 0 && (
                  <span className="flags">
                    <FlagIcon />
                    <span className="visually-hidden">flagged: </span>
                    {flagged}
                  </span>
                )}
                <span>
                  {answered} of {module.questionCount}
                </span>
              </span>
              <Gauge correct={correct} answered={answered} total={module.questionCount} />
            </button>
          </li>
        );
      })}
    </ul>
  );
}
