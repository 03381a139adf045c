/** Waits real milliseconds; does not wait at all for zero. */
export async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * The pauses of one request. A timer is about a millisecond late; that of each of ten cmdlets would make a slower
 * tenant than the one that was asked for, so each pause makes up for those before it.
 */
export class Pauses {
  #planned = 0;
  #spent = 0;

  async add(ms: number): Promise<void> {
    this.#planned += ms;
    const begin = performance.now();
    await pause(this.#planned - this.#spent);
    this.#spent += performance.now() - begin;
  }
}
