/** Providers as JSON, from a variable, so that each test can choose its own. */
export default { providers: JSON.parse(process.env.AUTH_PROVIDERS ?? "[]") };
