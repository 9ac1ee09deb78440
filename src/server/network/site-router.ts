/**
 * The site: what a deployment serves to the world by its own HTTP actions. It is reached at every path that no other
 * route has, below `/http/`, and on the site port where one is set. HTTP actions do not exist yet, so all is refused.
 */
import { textReply, type HttpReply } from "./replies.js";

export function answerSite(method: string, pathname: string): HttpReply {
  return textReply(`This deployment has no HTTP actions; nothing answers ${method} ${pathname}.\n`, 404);
}
