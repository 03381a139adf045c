/** What the sign-in service remembers between requests: codes, refresh tokens and requests for approval. */
import { createHash } from "node:crypto";
import type { ScopesByResource } from "./resources.ts";

/** A user as far as signing in is concerned. */
export interface SignInUser {
  /** Object ID. */
  id: string;
  userPrincipalName: string;
  displayName: string;
  isEnabled: boolean;
  /** Milliseconds since 1970: what was issued before is no longer valid. */
  sessionsValidFrom: number;
  directoryRoles: string[];
  /** Exchange role groups. */
  roleGroups: string[];
}

/** What a person has signed in to, until the application redeems it. */
export interface Code {
  clientId: string;
  userId: string;
  redirectUri: string;
  scope: string;
  nonce: string | undefined;
  challenge: { value: string; method: string } | undefined;
  issuedAt: number;
  isRedeemed: boolean;
}

/** Milliseconds since 1970 for its times. */
export interface RefreshToken {
  clientId: string;
  userId: string;
  issuedAt: number;
  /** Set when an administrator or a test ended it. */
  endedAt?: number;
}

/** A request for approval, which an administrator finds in the admin center. */
export interface Approval {
  clientId: string;
  user: string;
  justification: string;
  scopes: ScopesByResource;
}

/** A code lives for about ten minutes (documented). */
export const codeMs = 10 * 60_000;
/** A refresh token lives for 90 days without use (documented). */
export const idleMs = 90 * 24 * 3_600_000;

export class SignIns {
  readonly codes = new Map<string, Code>();
  readonly refreshTokens = new Map<string, RefreshToken>();
  readonly approvals: Approval[] = [];
}

/** Whether a verifier is the one whose challenge came with the sign-in. */
export function matches({ challenge }: Code, verifier: string | null): boolean {
  if (challenge === undefined) return verifier === null;
  if (verifier === null) return false;
  const value =
    challenge.method === "S256"
      ? createHash("sha256").update(verifier).digest("base64url")
      : verifier;
  return value === challenge.value;
}
