/** Work that waits for its turn. */
export interface Job {
  /** Jobs with the same text run one after the other, in the order in which they were added. */
  order: string | undefined;
  /** Never rejects. */
  run(): Promise<void>;
}

/** Runs a few jobs at the same time. A job whose turn has not come because of its order lets later ones pass. */
export class Queue {
  readonly #atOnce: number;
  readonly #waiting: Job[] = [];
  readonly #busy = new Set<string>();
  #running = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  add(job: Job): void {
    this.#waiting.push(job);
    this.#startNext();
  }

  /** Takes out the jobs that wait, and returns them. */
  clear(): Job[] {
    return this.#waiting.splice(0);
  }

  #startNext(): void {
    while (this.#running < this.#atOnce) {
      const index = this.#waiting.findIndex(
        ({ order }) => order === undefined || !this.#busy.has(order),
      );
      const [job] = index < 0 ? [] : this.#waiting.splice(index, 1);
      if (job === undefined) return;
      this.#start(job);
    }
  }

  #start({ order, run }: Job): void {
    this.#running++;
    if (order !== undefined) this.#busy.add(order);
    void run().finally(() => {
      this.#running--;
      if (order !== undefined) this.#busy.delete(order);
      this.#startNext();
    });
  }
}
