import { hydrateRoot } from "react-dom/client";
import { ConvexReactClient } from "convex/react";
import { App, type Fetched } from "./next.js";

const client = new ConvexReactClient(settings.url);
hydrateRoot(document.getElementById("root")!, <App client={client} channel={settings.channel} fetched={settings.state as Fetched} />, {
  onRecoverableError: (error) => {
    throw error;
  },
});
