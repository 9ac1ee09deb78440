/** Providers as JSON, from a variable: the test's own has another address each time. */
export default { providers: JSON.parse(process.env.AUTH_PROVIDERS ?? "[]") };
