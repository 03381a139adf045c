/** What a verb could not do although it was used rightly: one sentence without a stack, and exit code 1. */
export class Failure extends Error {}
