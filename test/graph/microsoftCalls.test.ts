/**
 * Microsoft's Graph client for JavaScript, as a judge of the emulated Microsoft Graph: the calls that the SDK for .NET
 * makes as well. The tenant is read past the client after each of them, and this project's client has to understand
 * the refusals that it sees.
 */
import { beforeAll, describe } from "vitest";
import { graphClient } from "../emulator/graph/graphClient.ts";
import { javascriptCalls } from "../judges/javascriptCalls.ts";
import { microsoftClient } from "../judges/microsoftClient.ts";
import { judge, type Judged } from "../judges/verdicts.ts";

describe("Microsoft's Graph client for JavaScript", () => {
  const made: Judged[] = [];

  beforeAll(async () => {
    const own = graphClient();
    let before = structuredClone(own.emulator.state());
    for await (const line of javascriptCalls(microsoftClient(own))) {
      const after = structuredClone(own.emulator.state());
      made.push({ ...line, before, after });
      before = after;
    }
  });

  judge(made);
});
