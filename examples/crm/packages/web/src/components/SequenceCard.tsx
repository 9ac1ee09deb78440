/** The follow-up of a contact: which steps are done, when the next is due, and the buttons that start and stop it. */
import { useMutation, useQuery } from "convex/react";
import { api } from "../../../../convex/_generated/api";
import type { Doc } from "../../../../convex/_generated/dataModel";
import { STEPS } from "../../../../convex/model/followUp";
import { useAct } from "../hooks/useAct";
import { useMe } from "../hooks/useMe";
import { formatDay } from "../lib/format";
import { CheckIcon, RouteIcon } from "./Icons";
import { Card } from "./Card";

const STEP_NAMES = ["Welcome mail", "Reminder after 3 days", "Call after a week"];
const STATE_NAMES: Readonly<Record<Doc<"sequences">["status"], string>> = { running: "Running", finished: "Finished", stopped: "Stopped", failed: "Failed" };

export function SequenceCard({ contact }: { contact: Doc<"contacts"> }) {
  const { may } = useMe();
  const sequence = useQuery(api.sequences.ofContact, { contactId: contact._id });
  const start = useMutation(api.sequences.start);
  const stop = useMutation(api.sequences.stop);
  const { isBusy, run } = useAct();
  const isRunning = sequence?.status === "running";
  const stepsDone = sequence?.stepsDone ?? 0;
  const nextAt = sequence?.nextAt ?? null;
  const contactId = contact._id;
  return (
    <Card title="Follow-up" icon={<RouteIcon />} aside={sequence && <span className="tag" data-tone={sequence.status}>{STATE_NAMES[sequence.status]}</span>}>
      <ol className="steps" data-testid="sequence" data-status={sequence?.status ?? "none"} data-steps={stepsDone}>
        {STEP_NAMES.slice(0, STEPS).map((name, index) => {
          const state = index < stepsDone ? "done" : isRunning && index === stepsDone ? "next" : "later";
          return (
            <li key={name} className="step" data-state={state}>
              <span className="step-mark">{state === "done" ? <CheckIcon /> : index + 1}</span>
              {name}
              {state === "next" && nextAt !== null && <span className="step-when">{nextAt <= Date.now() ? "now" : formatDay(nextAt, Date.now())}</span>}
            </li>
          );
        })}
      </ol>
      {may("contacts:write") && (
        <button
          className="button"
          data-kind="quiet"
          disabled={isBusy || sequence === undefined}
          onClick={() => void (isRunning ? run("The follow-up was not stopped", () => stop({ contactId })) : run("The follow-up was not started", () => start({ contactId })))}
          data-testid={isRunning ? "stop-sequence" : "start-sequence"}
        >
          {isRunning ? "Stop" : sequence ? "Start again" : "Start"}
        </button>
      )}
    </Card>
  );
}
