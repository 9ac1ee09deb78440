/** The program of a {@link CrowdProcess}. Ends with the program that started it. */
import { Crowd, type CrowdReport } from "./crowd.js";
import type { Order, Reply } from "./crowd-process.js";

let crowd: Crowd | null = null;

process.on("message", (order: Order) => {
  follow(order).then(
    (report) => reply({ type: "done", report }),
    (error: unknown) => reply({ type: "failed", message: error instanceof Error ? error.message : String(error) }),
  );
});
process.on("disconnect", () => process.exit());

async function follow(order: Order): Promise<CrowdReport | null> {
  if (order.type === "gather") {
    crowd = new Crowd(order.job);
    await crowd.gather();
    return null;
  }
  if (crowd === null) throw new Error("The crowd was asked for something before it was there.");
  switch (order.type) {
    case "begin":
      crowd.begin();
      return null;
    case "end":
      return crowd.end();
    case "leave":
      await crowd.leave();
      return null;
  }
}

function reply(message: Reply): void {
  process.send!(message);
}
