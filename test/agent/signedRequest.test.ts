import { CompactSign } from "jose";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AgentFault } from "../../lib/agent/agentFault.ts";
import {
  signRequest,
  UsedRequests,
  verifyRequest,
  type Signable,
} from "../../lib/agent/signedRequest.ts";
import { newSigningKey, type SigningKey } from "../../lib/agent/signingKey.ts";

const now = Date.parse("2026-11-30T12:00:00Z");
const agentId = "a9e47000-0000-4000-8000-000000000001";
const serviceThumbprint = "S".repeat(43);
const request: Signable = { method: "POST", path: "/v1/jobs", body: '{"max":1}' };

let key: SigningKey;
let other: SigningKey;
let used: UsedRequests;
beforeAll(async () => {
  [key, other] = [await newSigningKey(), await newSigningKey()];
});
beforeEach(() => {
  used = new UsedRequests(now - 3_600_000);
});

const sign = (at = now, more: { key?: SigningKey; service?: string; request?: Signable } = {}) =>
  signRequest(
    more.request ?? request,
    { agentId, key: more.key ?? key, serviceThumbprint: more.service ?? serviceThumbprint },
    at,
  );
const verify = (authorization: string | undefined, at = now, what = request) =>
  verifyRequest(authorization, what, {
    serviceThumbprint,
    now: at,
    used,
    keyOf: () => Promise.resolve(key.publicKey),
  });

async function refusal(work: Promise<unknown>): Promise<AgentFault> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(AgentFault);
  return thrown as AgentFault;
}

describe("a signed request", () => {
  it("proves who has signed it, and has nothing secret", async () => {
    const authorization = await sign();
    const { thumbprint } = key;
    expect(await verify(authorization)).toEqual({ agentId, thumbprint, signedAt: now });
    const { d = "none" } = key.privateKey.export({ format: "jwk" });
    expect(authorization).not.toContain(d);
  });

  it("asks for the key by agent and thumbprint, and its refusal is the answer", async () => {
    const asked: string[] = [];
    const fault = new AgentFault("revoked", { kind: "denied", message: "Revoked." });
    const verifying = {
      serviceThumbprint,
      now,
      used,
      keyOf(...names: [string, string]) {
        asked.push(...names);
        return Promise.reject(fault);
      },
    };
    expect(await refusal(verifyRequest(await sign(), request, verifying))).toBe(fault);
    expect(asked).toEqual([agentId, key.thumbprint]);
  });

  it("is accepted once, and remembered no longer than it is valid", async () => {
    const authorization = await sign();
    await verify(authorization);
    expect((await refusal(verify(authorization))).code).toBe("replayed");
    expect((await refusal(verify(authorization, now + 59_999))).code).toBe("replayed");
    expect(used.size).toBe(1);
    await verify(await sign(now + 60_000), now + 60_000);
    expect(used.size).toBe(1);
  });

  it.each([
    [
      "another path",
      { ...request, path: "/v1/rotate" },
      "otherOperation",
      /The request was signed for another operation than POST \/v1\/rotate/,
    ],
    ["another method", { ...request, method: "PUT" }, "otherOperation", /than PUT \/v1\/jobs/],
    ["a changed body", { ...request, body: '{"max":9}' }, "changedBody", /body of the request was/],
  ])("is refused for %s", async (_what, changed, code, sentence) => {
    const fault = await refusal(verify(await sign(), now, changed));
    expect(fault).toMatchObject({ code, kind: "denied" });
    expect(fault.message).toMatch(sentence);
  });

  it("is refused at another service, and with another key", async () => {
    const foreign = await refusal(verify(await sign(now, { service: "T".repeat(43) })));
    expect(foreign.code).toBe("forOtherService");
    const wrong = await refusal(verify(await sign(now, { key: other })));
    expect(wrong.code).toBe("wrongSignature");
    expect(used.size).toBe(0);
  });

  it.each([
    [59_999, undefined, /./],
    [60_000, "requestExpired", /signed 60 seconds ago; a signature is valid for 60 seconds/],
    [300_000, "requestExpired", /signed 5 minutes ago/],
    [300_001, "clockBehind", /clock of the agent's machine is 5 minutes behind/],
    [600_000, "clockBehind", /is 10 minutes behind that of the service/],
    [-59_999, undefined, /./],
    [-60_000, "clockAhead", /is 60 seconds ahead of that of the service/],
    [-600_000, "clockAhead", /is 10 minutes ahead/],
  ])("that arrives after %d ms: %s", async (ageMs, code, sentence) => {
    const answer = verify(await sign(now - ageMs));
    if (code === undefined) expect(await answer).toMatchObject({ agentId });
    else {
      const fault = await refusal(answer);
      expect(fault.code).toBe(code);
      expect(fault.message).toMatch(sentence);
    }
  });

  it("does not make itself valid for longer, or forever", async () => {
    const [, claims = ""] = (await sign(now - 120_000)).replace("Agent ", "").split(".");
    const long: unknown = JSON.parse(Buffer.from(claims, "base64url").toString());
    const token = await new CompactSign(
      Buffer.from(JSON.stringify({ ...(long as object), exp: now / 1000 + 1e6 })),
    )
      .setProtectedHeader({ alg: "EdDSA", typ: "agent-request+jwt", kid: key.thumbprint })
      .sign(key.privateKey);
    expect((await refusal(verify(`Agent ${token}`))).code).toBe("requestExpired");
  });

  it("from before the start of the service is refused, because it may have been used", async () => {
    used = new UsedRequests(now);
    expect((await refusal(verify(await sign(now - 1)))).code).toBe("beforeStart");
    expect(await verify(await sign(now))).toMatchObject({ agentId });
  });

  it("with one changed character of its claims is refused", async () => {
    const [head = "", claims = "", signature = ""] = (await sign()).split(".");
    const other = Buffer.from(claims, "base64url").toString().replace("POST", "PoST");
    const token = [head, Buffer.from(other).toString("base64url"), signature].join(".");
    expect((await refusal(verify(token))).code).toBe("wrongSignature");
  });

  it.each([
    undefined,
    "",
    "Bearer abc",
    "Agent ",
    "Agent a.b.c",
    `Agent ${Buffer.from('{"alg":"none"}').toString("base64url")}.e30.`,
  ])("that is %j is not one", async (authorization) => {
    expect((await refusal(verify(authorization))).code).toBe("notSigned");
  });

  it("without an algorithm, or with one of a shared secret, is refused", async () => {
    const [, claims = ""] = (await sign()).split(".");
    for (const alg of ["none", "HS256"]) {
      const head = { alg, typ: "agent-request+jwt", kid: key.thumbprint };
      const text = Buffer.from(JSON.stringify(head)).toString("base64url");
      expect((await refusal(verify(`Agent ${text}.${claims}.AAAA`))).code).toBe("wrongSignature");
    }
  });
});
