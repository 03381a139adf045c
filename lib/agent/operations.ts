/** What an agent requests of its service. */
export const operations = {
  /** Shows the token of the sealed file, signed with the new key. */
  enrol: "/v1/enrol",
  /** Held until there is work. */
  jobs: "/v1/jobs",
  /** Names the jobs that the agent works on, so that the service notices when it no longer does. */
  touch: "/v1/touch",
  /** A part of the result of a job. */
  results: "/v1/results",
  /** Names the next key, signed with the present one. */
  rotate: "/v1/rotate",
} as const;

/** The largest request with a part of a result. */
export const maxPartBytes = 4 * 1024 * 1024;
