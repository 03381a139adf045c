/** The page of a worker, in a real browser. */
import axe from "axe-core";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { eventHandler } from "../../lib/runtime/queue/eventQueue.ts";
import type { Work } from "../../lib/runtime/queue/jobQueue.ts";
import { eventText, httpQueue, httpSecret, tenant, type HttpQueue } from "./httpQueue.ts";
import { until } from "./opened.ts";

const program = inject("chromium");
const hostile = "<img src=x onerror=\"document.title='broken'\"><b>17";

describe.skipIf(program === "" || !inject("engine"))("the page of a worker", () => {
  let browser: Browser;
  let page: Page;
  let one: HttpQueue;
  let working: Work;
  let problems: string[];
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox"] });
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    one = await httpQueue();
    const stats = { requests: 1, retries: 0, waitedMs: 0, totalMs: 1 };
    const handle = eventHandler(
      {
        async take(bytes, to) {
          const { id } = JSON.parse(bytes.toString()) as { id: string };
          const outcome = id === hostile ? "throttled" : "done";
          const outputContext = {
            Success: outcome === "done",
            AuditLogs: [{ Message: `${hostile} is busy.`, IsError: true }],
            Data: { password: "canary-password" },
          };
          const answer = { outputContext, outcome, plan: [], stats };
          await to.line(`${JSON.stringify({ id, answer })}\n`);
        },
      },
      { sealing: one.sealing, whole: one.events.whole, queue: one.queue, log: () => undefined },
    );
    working = one.queue.work(handle, { atOnce: 4, perGroup: 4, log: () => undefined });
    for (const [id, account] of [
      [hostile, "x"],
      ["18", "x"],
      ["19", "y"],
    ] as const)
      await one.ask("/v1/events", { method: "POST", body: eventText(id, account) });
    await until(async () => (await one.queue.blocked()).length === 1);
    await until(async () => (await one.events.find("19"))?.state === "completed");
    problems = [];
    page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(15_000);
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("request", (request) => {
      if (!request.url().startsWith(one.url)) problems.push(request.url());
    });
    await page.goto(one.url);
  });
  afterEach(async () => {
    await page.context().close();
    await working.stop();
    await one.close();
    expect(problems).toEqual([]);
  });

  async function signIn(secret: string): Promise<void> {
    await page.getByLabel("Secret of the worker").fill(secret);
    await page.getByRole("button", { name: "Show the queue" }).click();
  }

  it("shows nothing without the secret", async () => {
    await signIn("not the secret");
    await page.getByText("Expected authorization: Bearer").waitFor();
    expect(await page.locator("#status").isVisible()).toBe(false);
    expect(await page.content()).not.toContain(tenant);
  });

  it("shows tenants, throughput and blocked accounts, names as text, and no secret", async () => {
    await signIn(httpSecret);
    await page.getByText("Events: 1 waiting, 0 running, 0 to be repeated, 1 blocked.").waitFor();
    expect(await page.locator("#summary").textContent()).toContain(
      "Completed in the last minute: 1.",
    );
    expect(await page.locator("#blocked h3").textContent()).toBe(hostile);
    expect(await page.locator("#blocked").textContent()).toContain(
      "Later events of this account that wait: 1",
    );
    expect(await page.locator("#tenants").textContent()).toContain(
      `${tenant}1 (1 behind a blocked`,
    );
    expect(await page.locator("main img, main b").count()).toBe(0);
    const shown = await page.content();
    expect(shown).not.toContain(httpSecret);
    expect(shown).not.toContain("canary");
    expect(page.url()).toBe(`${one.url}/`);
    await page.evaluate(axe.source);
    const found = await page.evaluate(
      "axe.run().then(({ violations }) => violations.map(({ id }) => id))",
    );
    expect(found).toEqual([]);
  });

  it("shows when an account is released, without being loaded again", async () => {
    await signIn(httpSecret);
    await page.locator("#blocked h3").waitFor();
    await one.events.drop(hostile);
    await page.locator("#blocked").getByText("None.").waitFor();
    await page.getByText("Completed in the last minute: 2.").waitFor();
  });
});
