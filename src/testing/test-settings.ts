/** The limits of a test deployment: those of a server to which nobody has said anything. */
import { readSettings } from "../server/settings.js";

export const DEFAULTS = readSettings({}, {});
