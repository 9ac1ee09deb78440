/**
 * Keeps the person at this page in the list of who is on the board, and their cursor with the others, while the page can be seen. When
 * it is closed, a beacon says so, since the socket is gone before a mutation could be sent.
 */
import { useConvex } from "convex/react";
import type { ConvexReactClient } from "convex/react";
import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "../../convex/_generated/api";
import type { Id } from "../../convex/_generated/dataModel";
import { useToasts } from "../components/Toasts";
import { describeFailure } from "../lib/failure";
import { placeForCursor } from "../lib/geometry";
import { randomDigits } from "../lib/random";
import type { Position } from "../lib/types";
import { Visit } from "../lib/visit";
import type { VisitCalls } from "../lib/visit";
import { useLatest } from "./useLatest";

/** This page's own, until it is loaded anew. */
const user = randomDigits();

export interface OwnVisit {
  /** Null while the person is not in the list. */
  readonly seat: number | null;
  readonly moveTo: (cursor: Position) => void;
}

export function useVisit(boardId: Id<"boards">, name: string): OwnVisit {
  const client = useConvex();
  const report = useLatest(useToasts());
  const [seat, setSeat] = useState<number | null>(null);
  const visit = useRef<Visit | null>(null);
  useEffect(() => {
    const close = () => {
      visit.current?.close();
      visit.current = null;
    };
    const open = () => {
      let isTold = false;
      const onRefused = (error: unknown) => {
        // Tried again every few seconds; said once.
        if (!isTold) report.current(describeFailure("Others do not see you", error));
        isTold = true;
      };
      return new Visit(callsOf(client, boardId, name), { onSeat: setSeat, onRefused });
    };
    const followVisibility = () => {
      if (document.visibilityState === "visible") visit.current ??= open();
      else close();
    };
    const sayGoodbye = () => {
      if (visit.current !== null) navigator.sendBeacon(`${client.url}/api/mutation`, beaconOf(boardId));
      close();
    };
    followVisibility();
    document.addEventListener("visibilitychange", followVisibility);
    window.addEventListener("pageshow", followVisibility);
    window.addEventListener("pagehide", sayGoodbye);
    return () => {
      document.removeEventListener("visibilitychange", followVisibility);
      window.removeEventListener("pageshow", followVisibility);
      window.removeEventListener("pagehide", sayGoodbye);
      close();
    };
  }, [client, boardId, name, report]);
  const moveTo = useCallback((cursor: Position) => visit.current?.moveTo(placeForCursor(cursor)), []);
  return { seat, moveTo };
}

function callsOf(client: ConvexReactClient, boardId: Id<"boards">, name: string): VisitCalls {
  return {
    join: () => client.mutation(api.presence.join, { boardId, user, name }),
    move: (cursor) => client.mutation(api.presence.move, { boardId, user, cursor }),
    heartbeat: () => client.mutation(api.presence.heartbeat, { boardId, user }),
    leave: () => client.mutation(api.presence.leave, { boardId, user }),
  };
}

/** A call over HTTP, which the browser sends also when the page is gone. */
function beaconOf(boardId: Id<"boards">): Blob {
  return new Blob([JSON.stringify({ path: "presence:leave", args: { boardId, user }, format: "json" })], { type: "application/json" });
}
