/** What is to be done, by when it is due, and what is done. */
import { useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../../../../convex/_generated/api";
import { Empty, Skeleton } from "../components/Empty";
import { TaskIcon } from "../components/Icons";
import { TaskForm, TaskLine } from "../components/Tasks";

export function TasksPage() {
  const [isDone, setDone] = useState(false);
  const tasks = useQuery(api.tasks.list, { isDone });
  return (
    <div className="narrow">
      <div className="page-head">
        <h1>Tasks</h1>
        <div className="segmented" role="group" aria-label="Which tasks">
          <button aria-pressed={!isDone} onClick={() => setDone(false)}>
            Open
          </button>
          <button aria-pressed={isDone} onClick={() => setDone(true)}>
            Done
          </button>
        </div>
      </div>
      <section className="card">
        <TaskForm contactId={null} />
        {tasks === undefined && <Skeleton lines={6} label="Loading tasks" />}
        {tasks?.length === 0 && (
          <Empty icon={<TaskIcon />} title={isDone ? "Nothing done yet" : "All done"}>
            <p>{isDone ? "Tasks that are ticked come here." : "New tasks appear here by themselves, from follow-ups too."}</p>
          </Empty>
        )}
        <ul className="lines" data-testid="tasks">
          {tasks?.map((task) => <TaskLine key={task._id} task={task} contactName={task.contactName} />)}
        </ul>
      </section>
    </div>
  );
}
