/** Work that replaces its own result, such as a restart: one runs, at most one waits. */

/**
 * Runs `work` on demand, never twice at once. Who asks while it runs gets the one run that begins after it, shared with
 * all others who ask in the meantime: that one sees everything they have changed.
 */
export class OneAtATime {
  readonly #work: () => Promise<void>;
  #running: Promise<void> | undefined;
  #queued: Promise<void> | undefined;
  #closed = false;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Whether the work is being done. */
  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Do the work, or have it done once more after the run that is under way. Fails as the work fails. */
  run(): Promise<void> {
    if (this.#closed) {
      return Promise.resolve();
    }
    if (this.#running === undefined) {
      return this.#begin();
    }
    this.#queued ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#queued = undefined;
        return this.#closed ? undefined : this.#begin();
      });
    return this.#queued;
  }

  /** Begin nothing any more; resolves when nothing runs. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running?.catch(() => undefined);
  }

  #begin(): Promise<void> {
    const running = Promise.resolve()
      .then(() => this.#work())
      .finally(() => {
        this.#running = undefined;
      });
    this.#running = running;
    return running;
  }
}
