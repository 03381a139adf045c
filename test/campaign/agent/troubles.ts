/** What happens on the link between the service and its agents, at one of the requests. */
import type { HttpReply } from "../../../lib/net/transport.ts";

/** One request on the link, and what can be done about it. */
export interface Carried {
  /** Carries it to the service. */
  pass(): Promise<HttpReply>;
  /** Never answered: a link that was cut, which no one says. */
  silence(): Promise<HttpReply>;
  /** Ended with an error at once. */
  cut(): never;
  sleep(ms: number): Promise<void>;
  /** Ends the process of the agent, without a word. It is started again a little later. */
  kill(): void;
  /** Nothing passes in any direction for so long. */
  outage(ms: number): void;
  /** Milliseconds up to `most`. */
  some(most: number): number;
}

export interface LinkTrouble {
  name: string;
  /** Which requests it strikes: those that bring a job, the reports on jobs, or both. */
  to: "jobs" | "reports";
  way(carried: Carried): Promise<HttpReply>;
}

export const linkTroubles: readonly [LinkTrouble, ...LinkTrouble[]] = [
  {
    name: "cut after a job was handed out",
    to: "jobs",
    way: async ({ pass, cut }) => (await pass(), cut()),
  },
  {
    name: "silence after a job was handed out",
    to: "jobs",
    way: async ({ pass, silence }) => (await pass(), await silence()),
  },
  {
    name: "a job that arrives late",
    to: "jobs",
    async way({ pass, sleep, some }) {
      const reply = await pass();
      // Up to the time after which the agent no longer waits for it.
      await sleep(5_000 + some(24_000));
      return reply;
    },
  },
  {
    name: "killed when a job arrives",
    to: "jobs",
    way: async ({ pass, kill, silence }) => (await pass(), kill(), await silence()),
  },
  {
    name: "an outage when a job is handed out",
    to: "jobs",
    way: async ({ pass, outage, some, silence }) => (
      await pass(),
      outage(some(30_000)),
      await silence()
    ),
  },
  { name: "cut before a report", to: "reports", way: ({ cut }) => cut() },
  {
    name: "cut after a report",
    to: "reports",
    way: async ({ pass, cut }) => (await pass(), cut()),
  },
  { name: "silence before a report", to: "reports", way: ({ silence }) => silence() },
  {
    name: "silence after a report",
    to: "reports",
    way: async ({ pass, silence }) => (await pass(), await silence()),
  },
  {
    name: "a report that arrives late",
    to: "reports",
    async way({ pass, sleep, some }) {
      await sleep(some(25_000));
      return await pass();
    },
  },
  {
    name: "a report that arrives twice",
    to: "reports",
    way: async ({ pass }) => (await pass(), await pass()),
  },
  {
    name: "killed before a report",
    to: "reports",
    way: ({ kill, silence }) => (kill(), silence()),
  },
  {
    name: "killed after a report",
    to: "reports",
    way: async ({ pass, kill, silence }) => (await pass(), kill(), await silence()),
  },
  {
    name: "an outage when a report is sent",
    to: "reports",
    way: ({ outage, some, silence }) => (outage(some(30_000)), silence()),
  },
];
