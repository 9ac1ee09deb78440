/** Texts and numbers as they are stored: trimmed, bounded, and refused with a sentence that says how to mend them. */
import { crmError } from "./errors";
import { BODY_LENGTH_MAX, EMAIL_LENGTH_MAX, NAME_LENGTH_MAX, PHONE_LENGTH_MAX, TITLE_LENGTH_MAX, VALUE_CENTS_MAX } from "./limits";

export const nameFrom = (input: string): string => required("A name", input, NAME_LENGTH_MAX);
export const titleFrom = (input: string): string => required("A title", input, TITLE_LENGTH_MAX);
export const bodyFrom = (input: string): string => required("A text", input, BODY_LENGTH_MAX);

export const organisationFrom = (input: string | null): string | null => optional("An organisation", input, NAME_LENGTH_MAX);
export const phoneFrom = (input: string | null): string | null => optional("A phone number", input, PHONE_LENGTH_MAX);

/** In lower case, so that one address is one address. */
export function emailFrom(input: string): string {
  const email = required("An e-mail address", input, EMAIL_LENGTH_MAX).toLowerCase();
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw crmError("INVALID", `"${email}" is no e-mail address. Write it as name@example.org.`);
  return email;
}

export function optionalEmailFrom(input: string | null): string | null {
  return input === null || input.trim() === "" ? null : emailFrom(input);
}

export function valueCentsFrom(cents: number): number {
  if (Number.isInteger(cents) && cents >= 0 && cents <= VALUE_CENTS_MAX) return cents;
  throw crmError("INVALID", `A value must be a whole number of cents from 0 to ${VALUE_CENTS_MAX}, not ${cents}.`);
}

/** Milliseconds since 1970, within the range of `Date`. */
export function timeFrom(at: number | null): number | null {
  if (at === null || !Number.isNaN(new Date(at).getTime())) return at;
  throw crmError("INVALID", `${at} is no time. Send milliseconds since 1970.`);
}

function required(what: string, input: string, lengthMax: number): string {
  const text = input.trim();
  if (text === "") throw crmError("INVALID", `${what} is missing. Write something.`);
  if (text.length > lengthMax) throw crmError("INVALID", `${what} may have ${lengthMax} characters; this one has ${text.length}. Shorten it.`);
  return text;
}

function optional(what: string, input: string | null, lengthMax: number): string | null {
  return input === null || input.trim() === "" ? null : required(what, input, lengthMax);
}
