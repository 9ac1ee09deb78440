/**
 * What the objects handed to user code need in common: the call they act for, and a way to answer in the sandbox's realm.
 *
 * User code must only ever see promises, arrays and errors of its own realm: another realm's promise would wait for a
 * microtask queue that is not drained while it runs, and `instanceof Error` would fail.
 */
import { Documents } from "../database/documents.js";
import type { PageJournal } from "../database/query/paginate.js";
import type { Presenter } from "../database/stored-document.js";
import type { DocumentValue } from "../database/table.js";
import { parseValue } from "../values/value.js";
import { APP_COMPONENT_PATH } from "./component-path.js";
import type { CallFrame, Execution, UserIdentity } from "./execution.js";
import type { Realm } from "./sandbox/realm.js";
import { errorInRealm } from "./realm-error.js";

export class ReadScope {
  readonly documents: Documents;
  readonly present: Presenter;
  readonly realm: Realm;

  constructor(
    readonly execution: Execution,
    readonly frame: CallFrame,
  ) {
    const realm = execution.sandbox.realm;
    this.realm = realm;
    this.present = (document) => document.flatValue === null ? (parseValue(document.text, realm.documents) as DocumentValue) : realm.documents.copyFields(document.flatValue);
    this.documents = new Documents({ transaction: frame.transaction, namespace: frame.namespace, present: this.present });
  }

  /** The caller's, for the app alone: what a component should know of it, it is told by arguments. */
  identity(): UserIdentity | null {
    return this.frame.namespace === APP_COMPONENT_PATH ? this.execution.identity() : null;
  }

  get journal(): PageJournal {
    return this.execution.journal;
  }

  /** Runs `action` now; its result or error reaches user code as a settled promise. */
  attempt(action: () => unknown): Promise<unknown> {
    let result: unknown;
    try {
      result = action();
    } catch (error) {
      return this.realm.reject(errorInRealm(this.realm, error));
    }
    return this.realm.resolve(result);
  }

  /** The same for methods that answer without a promise. */
  attemptSync<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw errorInRealm(this.realm, error);
    }
  }

  /** An object of user code's own realm with the same fields. */
  object(fields: object): Record<string, unknown> {
    return Object.assign(this.realm.makeObject(), fields);
  }

  /** A deep copy in user code's own realm of what can be written as JSON. */
  copy(value: unknown): unknown {
    return this.realm.parse(JSON.stringify(value));
  }

  error(message: string): Error {
    return this.realm.makeError(message);
  }

  /** An array of user code's own realm with the same elements. */
  array<T>(elements: readonly T[]): T[] {
    const array = this.realm.makeArray() as T[];
    for (const element of elements) array.push(element);
    return array;
  }
}
