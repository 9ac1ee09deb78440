/** The process of a crowd: does what it is told, and ends with its parent. */
import { Crowd } from "./crowd.js";
import type { CrowdOrder, CrowdReply } from "./crowd-process.js";

let crowd: Crowd | null = null;

async function follow(order: CrowdOrder): Promise<CrowdReply> {
  switch (order.type) {
    case "gather":
      crowd = await Crowd.gather(order.plan);
      return { type: "done" };
    case "return":
      return { type: "returned", ...(await crowd!.untilReturned()) };
    case "see":
      await crowd!.untilShown(order.value);
      return { type: "done" };
    case "leave":
      crowd?.leave();
      return { type: "done" };
  }
}

process.on("message", (order: CrowdOrder) => {
  follow(order).then(
    (reply) => process.send!(reply),
    (error: unknown) => process.send!({ type: "failed", message: error instanceof Error ? error.message : String(error) } satisfies CrowdReply),
  );
});
process.once("disconnect", () => process.exit(0));
