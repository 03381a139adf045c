/** Lets somebody else work while one waits for something outside. Settles as the wait does. */
export type WhileWaiting = (wait: () => Promise<void>) => Promise<void>;

/**
 * Works on all of these, so many at a time and in their order. `work` must not reject. Who steps
 * aside gives its lane to another, and takes one again before it goes on.
 */
export async function inLanes<T>(
  things: readonly T[],
  lanes: number,
  work: (thing: T, aside: WhileWaiting) => Promise<void>,
): Promise<void> {
  const waiting: (() => void)[] = [];
  let free = lanes;
  const take = (): Promise<void> | undefined => {
    if (free > 0) {
      free--;
      return undefined;
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  const aside: WhileWaiting = async (wait) => {
    leave();
    try {
      await wait();
    } finally {
      await take();
    }
  };
  const begun: Promise<void>[] = [];
  for (const thing of things) {
    await take();
    begun.push(work(thing, aside).finally(leave));
  }
  await Promise.all(begun);
}
