import type { Outcome } from "../../lib/generated/types.ts";

/** The tenant or its service did not answer a verb's own question: a sentence without a stack, and exit code 1. */
export class TenantFailure extends Error {
  constructor(what: string, outcome: Outcome, message: string) {
    super(`${what} failed, outcome ${outcome}: ${message}`);
  }
}
