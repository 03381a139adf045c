/** Input that a verb cannot use: a message without a stack, and exit code 2. */
export class UsageError extends Error {}
