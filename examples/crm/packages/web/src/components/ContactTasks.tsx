/** The tasks of one contact. */
import { useQuery } from "convex/react";
import { api } from "../../../../convex/_generated/api";
import type { Doc } from "../../../../convex/_generated/dataModel";
import { Card } from "./Card";
import { Skeleton } from "./Empty";
import { TaskIcon } from "./Icons";
import { TaskForm, TaskLine } from "./Tasks";

export function ContactTasks({ contact }: { contact: Doc<"contacts"> }) {
  const tasks = useQuery(api.tasks.ofContact, { contactId: contact._id });
  return (
    <Card title="Tasks" icon={<TaskIcon />}>
      {tasks === undefined && <Skeleton lines={2} label="Loading tasks" />}
      {tasks?.length === 0 && <p className="hint">Nothing to do.</p>}
      <ul className="lines">
        {tasks?.toSorted((a, b) => Number(a.isDone) - Number(b.isDone)).map((task) => <TaskLine key={task._id} task={task} contactName={null} />)}
      </ul>
      <TaskForm contactId={contact._id} />
    </Card>
  );
}
