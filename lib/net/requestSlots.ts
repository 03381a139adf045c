/** Places for requests that run at the same time. */
export interface RequestSlots {
  /** Resolves as soon as there is a place. */
  take(): Promise<void>;
  free(): void;
  /** There were too many: half as many places from now on. They come back one by one. */
  fewer(): void;
}

/** After so many requests without another complaint there is one place more. */
const calmEnough = 20;

/** At most `most` places, and never fewer than one. */
export function requestSlots(most: number): RequestSlots {
  const waiting: (() => void)[] = [];
  let places = most;
  let taken = 0;
  let calm = 0;
  const admit = (): void => {
    while (taken < places && waiting.length > 0) {
      taken++;
      waiting.shift()?.();
    }
  };
  return {
    take() {
      return new Promise((resolve) => {
        waiting.push(resolve);
        admit();
      });
    },
    free() {
      taken--;
      if (++calm >= calmEnough && places < most) {
        calm = 0;
        places++;
      }
      admit();
    },
    fewer() {
      calm = 0;
      places = Math.max(1, Math.floor(places / 2));
    },
  };
}
