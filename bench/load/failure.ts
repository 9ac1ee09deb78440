/** The first failure of a load: whatever is under way ends with it, since a load with failures measures nothing. */
export class Failure {
  #reject: (error: Error) => void = () => {};
  readonly #failed = new Promise<never>((_resolve, reject) => (this.#reject = reject));

  constructor() {
    this.#failed.catch(() => {}); // heard by whoever races against it
  }

  readonly fail = (error: Error): void => this.#reject(error);

  /** Rejects at once with a failure, also with one that has been. */
  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([this.#failed, work]);
  }
}
