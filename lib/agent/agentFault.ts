import { Fault, type FaultDetails } from "../fault.ts";

/** What can be wrong between agent and service, as a closed list: callers compare these, people read the sentence. */
export type AgentFaultCode = KeyFaultCode | SealFaultCode | RequestFaultCode | JobFaultCode;

/** Of a key file. */
export type KeyFaultCode =
  | "privateKeyPasted"
  | "publicKeyOnly"
  | "sshKey"
  | "notRsa"
  | "shortKey"
  | "notAKey"
  | "passphraseMissing"
  | "passphraseWrong";

/** Of a sealed configuration file. */
export type SealFaultCode =
  | "notSealed"
  | "notForThisKey"
  | "altered"
  | "otherService"
  | "newerVersion"
  | "otherAudience"
  | "expired"
  | "clockBehind";

/** Why an agent does not carry out a job. */
export type JobFaultCode =
  | "jobChanged"
  | "jobOfOtherService"
  | "jobForOtherAgent"
  | "jobReplayed"
  | "jobExpired"
  | "jobUnusable"
  | "notAllowed"
  | "noAccount";

/** Why the service refuses a request. The service writes them in its answers. */
export const requestFaultCodes = [
  /** There is no signature, or it is not as agents sign. */
  "notSigned",
  "wrongSignature",
  "otherOperation",
  "changedBody",
  "forOtherService",
  "requestExpired",
  "clockBehind",
  "clockAhead",
  "beforeStart",
  "replayed",
  "unknownAgent",
  "unknownKey",
  "keyEnded",
  "revoked",
  "longUnseen",
  "tokenWrong",
  "tokenUsed",
  "tokenExpired",
  "waiting",
  /** The body is not as its schema requires. */
  "unusable",
] as const;
export type RequestFaultCode = (typeof requestFaultCodes)[number];

export class AgentFault extends Fault {
  readonly code: AgentFaultCode;

  constructor(code: AgentFaultCode, details: FaultDetails) {
    super(details);
    this.name = "AgentFault";
    this.code = code;
  }
}
