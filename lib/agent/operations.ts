/** What an agent requests of its service. */
export const operations = {
  /** Shows the token of the sealed file, signed with the new key. */
  enrol: "/v1/enrol",
  /** Held until there is work. */
  jobs: "/v1/jobs",
  /** Names the next key, signed with the present one. */
  rotate: "/v1/rotate",
} as const;
