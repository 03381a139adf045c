import type { JobAnswers } from "./answers.ts";

/**
 * A durable queue: what it promises, regardless of the engine behind it. Jobs of one key are worked on one after the
 * other, in the order in which they were sent, by any number of processes and machines, also when one of them is killed
 * or a job has to be repeated later. A job is worked on at least once.
 */
export interface JobQueue extends JobAnswers {
  /**
   * Adds jobs. One whose name was added before is left out, so a sender that has lost its answer sends again. Jobs of
   * one key have one sender: the order between two machines is nobody's. Resolves when the jobs are on the disk.
   */
  send(jobs: readonly NewJob[]): Promise<SentJob[]>;
  /** Works on jobs until it is stopped. */
  work(handle: Handle, options: WorkOptions): Work;
  /** The job of this name; undefined when there never was one, or it was removed after its time. */
  find(name: string): Promise<FoundJob | undefined>;
  /** The jobs that are given up. Later jobs of their keys wait until someone releases them. */
  blocked(): Promise<BlockedJob[]>;
  /** Tries a job that was given up once more. Resolves to whether there was one. */
  retry(name: string): Promise<boolean>;
  /** Removes a job that was given up, so that later jobs of its key run. Resolves to whether there was one. */
  drop(name: string): Promise<boolean>;
  stats(): Promise<GroupStats[]>;
  /** Jobs of all groups that wait or will be repeated; they are counted up to `limit`. */
  waiting(limit: number): Promise<number>;
  /** Begins no more jobs of a group for so many milliseconds, in any process. A hold that ends later stays. */
  hold(group: string, ms: number): Promise<void>;
  /** Keeps a value for all who use the queue, in place of an earlier one. Stored as it is: seal what is secret. */
  keep(name: string, value: object): Promise<void>;
  /** What is kept under this name; undefined when nothing is. */
  kept(name: string): Promise<unknown>;
  /**
   * Keeps a part of what a job has found, for as long as the job. The first one, 0, takes the place of all that an
   * earlier attempt has kept. Stored as it is: seal what is secret.
   */
  keepPart(job: string, number: number, value: object): Promise<void>;
  /** A part of what a job has found; undefined when there is none. */
  part(job: string, number: number): Promise<unknown>;
  /**
   * Keeps a schedule, in place of an earlier one of this name. Throws an `invalid` fault for a time or a time zone that
   * there is not.
   */
  schedule(schedule: Schedule): Promise<void>;
  schedules(): Promise<Schedule[]>;
  /** Resolves to whether there was one. */
  unschedule(name: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Something to be done at certain times. */
export interface Schedule {
  /** 1 to 60 letters, digits, hyphens and dots. */
  name: string;
  /** Five fields, as in crontab: minute, hour, day, month, weekday. */
  cron: string;
  /** Of the IANA, such as Europe/Amsterdam. */
  timeZone: string;
  /** JSON. Stored as it is: seal what is secret. */
  value: object;
}

/** A time of a schedule that has come. */
export interface Due extends Pick<Schedule, "name"> {
  value: unknown;
  at: Date;
}

export interface NewJob {
  /** Chosen by the sender. */
  name: string;
  /** Jobs of one group share a limit: a tenant, or a site. Letters, digits and hyphens. */
  group: string;
  /** Undefined: the order does not matter. */
  key: string | undefined;
  /** JSON. Stored as it is: seal what is secret. */
  input: object;
}

export interface SentJob {
  name: string;
  /** False: there was one of this name already. */
  isNew: boolean;
}

export interface Job {
  name: string;
  group: string;
  input: unknown;
  /** Aborted when another process may take the job: what is still done for it must end at once. */
  signal: AbortSignal;
}

/**
 * `completed`: the next job of the key may run. `again`: this one is repeated later, before the next one. `goesOn`: it
 * runs again as soon as there is a place for it, which is no other attempt; its output stays as it is.
 */
export interface Ended {
  how: "completed" | "again" | "goesOn";
  /** JSON. Stored as it is: seal what is secret. */
  output: object;
}

/** One that rejects is repeated. */
export type Handle = (job: Job) => Promise<Ended>;

export interface WorkOptions {
  /** The jobs that this process works on at the same time. */
  atOnce: number;
  /** The jobs of one group that all processes together work on at the same time. */
  perGroup: number;
  /** The jobs of one group that begin in any minute, in all processes together. Undefined: any number. */
  perGroupAndMinute?: number | undefined;
  /** Called for each time of a schedule, in one of the processes that work; again, when it rejects or that one ends. */
  onDue?: ((due: Due) => Promise<void>) | undefined;
  log: QueueLog;
}

export type QueueLog = (level: "information" | "warning" | "error", message: string) => void;

export interface Work {
  /** Takes no more jobs. Resolves when those in progress have ended. */
  stop(): Promise<void>;
}

export type JobState = "waiting" | "running" | "retrying" | "completed" | "blocked" | "removed";

export interface FoundJob {
  name: string;
  state: JobState;
  /** Undefined when the job was removed. */
  input?: unknown;
  /** Of the last attempt. */
  output?: unknown;
  attempts: number;
}

export interface BlockedJob extends FoundJob {
  group: string;
  since: Date;
  /** Later jobs of the same key, which wait for this one. */
  behind: number;
}

/** Jobs of a group, by their state. */
export interface GroupStats extends Record<Exclude<JobState, "removed">, number> {
  group: string;
  /** Those of the waiting ones that a blocked job keeps waiting. */
  behindBlocked: number;
  /** Those of the completed ones that were completed in the last minute. */
  lastMinute: number;
  /** The age of the oldest job that waits or will be repeated; 0: there is none. */
  oldestSeconds: number;
  /** For so long, no job of the group begins; 0: it is not held. */
  heldSeconds: number;
}
