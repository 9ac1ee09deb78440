/** Arguments that may not be left out, with the message that the public package has for it. */
export function requireArgument(value: unknown, position: number, method: string, name: string): void {
  if (value === undefined) throw new TypeError(`Must provide arg ${position} \`${name}\` to \`${method}\``);
}
