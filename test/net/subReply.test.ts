import { expect, it } from "vitest";
import { subReplyOf } from "../../lib/net/subReply.ts";

it.each([
  ["an object", { value: [1] }, '{"value":[1]}', { value: [1] }],
  ["a list", ["You have"], '["You have"]', undefined],
  ["a text", '{"value":[1]}', '{"value":[1]}', undefined],
  ["nothing", undefined, "", undefined],
])(
  "a response in a batch has %s as its text, and what it is when that is an object",
  (_what, body, text, json) => {
    const reply = subReplyOf({ status: 200, headers: { "Retry-After": 5 }, body });
    expect([reply.status, reply.text, reply.json]).toEqual([200, text, json]);
    expect(reply.headers).toEqual({ "retry-after": "5" });
  },
);
