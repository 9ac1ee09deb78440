/** The classes of a cohort, one of them chosen. */
import type { Id } from "../../convex/_generated/dataModel";

interface ClassTabsProps {
  classes: readonly { _id: Id<"class">; name: string }[] | undefined;
  classId: Id<"class"> | undefined;
  onChoose: (classId: Id<"class">) => void;
}

export function ClassTabs({ classes, classId, onChoose }: ClassTabsProps) {
  return (
    <div className="tabs" role="group" aria-label="Class">
      {classes?.map(({ _id, name }) => (
        <button key={_id} className="tab" aria-pressed={_id === classId} onClick={() => onChoose(_id)} data-testid="class-tab">
          {name}
        </button>
      ))}
    </div>
  );
}
