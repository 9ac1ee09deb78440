/** The app can't be tested as it is; `message` says the cause and the mend. */
export class TestAppError extends Error {
  override readonly name = "TestAppError";
}
