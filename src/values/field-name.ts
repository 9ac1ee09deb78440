/**
 * Which names the fields of an object may have.
 */
import { ValueError } from "./value-error.js";

const LENGTH_MAX = 1_024;
const DOLLAR = 36;

/** Throws, with the public client's texts, where no object may have a field of this name. */
export function checkFieldName(name: string): void {
  if (name.length > LENGTH_MAX) throw new ValueError(`Field name ${name} exceeds maximum field name length ${LENGTH_MAX}.`);
  if (name.length === 0) throw new ValueError("Field name is empty: Field names must be nonempty.");
  if (name.charCodeAt(0) === DOLLAR) throw new ValueError(`Field name ${name} starts with a '$', which is reserved.`);
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code < 32 || code >= 127) {
      throw new ValueError(`Field name ${name} has invalid character '${name[i]!}': Field names can only contain non-control ASCII characters`);
    }
  }
}
