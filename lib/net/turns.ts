import type { Pacer } from "./pacer.ts";

/** One request. A service may count the operations in it, such as the items of a batch. */
export interface Turn {
  /** When it was sent, in milliseconds since 1970. */
  readonly at: number;
  readonly operations: number;
  /** Those that the service took; none before its answer. */
  passed: number;
  /** Refusals end an era: the answer to a request of an earlier era is not news. */
  readonly era: number;
}

/** What came of the operations of a request. */
export interface Outcome {
  passed: number;
  /** How many refusals because of their pace came, with nothing after them that passed. */
  refused: number;
  /** The wait that the service requests, in milliseconds. */
  afterMs?: number | undefined;
}

/** The turns of requests to a service that may limit how many operations it takes in a second. */
export interface Turns {
  /** Resolves when so many operations may be sent. Rejects when `sleep` does. */
  take(operations: number, sleep: (ms: number) => Promise<void>): Promise<Turn>;
  /** To be called once for each turn, also when no answer came. */
  answered(turn: Turn, outcome: Outcome): Promise<void>;
}

export interface TurnSettings {
  /** Milliseconds since 1970. */
  clock(): number;
  /** The maximum number of operations in a second. Absent: as many as the service takes. */
  maxPerSecond?: number | undefined;
}

/** What passed is remembered for so long. The known policies of Exchange count the cmdlets of 5 seconds. */
const memoryMs = 10_000;

/** Without a maximum, the code that paces requests is loaded with the first refusal. Most processes never have one. */
export function turnsOf({ clock, maxPerSecond }: TurnSettings): Turns {
  const turns: Turn[] = [];
  let loading: Promise<Pacer> | undefined;

  function begin(operations: number, era = 0): Turn {
    const turn: Turn = { at: clock(), operations, passed: 0, era };
    while (turns[0] && turns[0].at < turn.at - memoryMs) turns.shift();
    turns.push(turn);
    return turn;
  }

  async function load(): Promise<Pacer> {
    const { pacerOf } = await import("./pacer.ts");
    return pacerOf(turns, { begin, clock, maxPerSecond });
  }

  return {
    async take(operations, sleep) {
      if (maxPerSecond !== undefined) loading ??= load();
      return loading ? await (await loading).take(operations, sleep) : begin(operations);
    },
    async answered(turn, outcome) {
      turn.passed = outcome.passed;
      if (outcome.refused > 0) loading ??= load();
      if (loading) (await loading).answered(turn, outcome);
    },
  };
}
