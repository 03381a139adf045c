import { describe, expect, it } from "vitest";
import { fileOf, namesOfFixtures } from "../../tools/cli/recording.ts";
import { actionOf, replay } from "../../tools/cli/replay.ts";
import { asServed } from "./serveFixtures.ts";

describe("through a service", () => {
  it.concurrent.each(namesOfFixtures())("%s", async (name) => {
    expect((await replay(fileOf(name), actionOf(name), asServed)).problems).toEqual([]);
  });
});
