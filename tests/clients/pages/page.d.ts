/** What the test puts into each page. Every page shows and does the same, each in the way of its client. */
interface PageSettings {
  readonly url: string;
  /** Of its own for each page. */
  readonly channel: string;
  /** What an identity provider gives the signed-in user. */
  readonly token: string;
  /** Of a page that a server rendered: what it fetched. */
  readonly state?: unknown;
}

declare const settings: PageSettings;

declare module "*.vue" {
  import type { Component } from "vue";
  const component: Component;
  export default component;
}
