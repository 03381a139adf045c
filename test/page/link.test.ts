/** A person in a real browser, from the address that exo-connector link prints to what it reports. */
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { administrator, openLinking, operator, type Linked } from "../link/linking.ts";

const program = inject("chromium");

describe.skipIf(program === "")("exo-connector link in a browser", () => {
  const linking = openLinking();
  const { link, kept, running } = linking;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox"] });
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    const context = await browser.newContext();
    context.setDefaultTimeout(15_000);
    page = await context.newPage();
  });
  afterEach(() => page.context().close());

  const press = (name: string): Promise<void> => page.getByRole("button", { name }).click();
  const heading = (name: string): Promise<void> =>
    page.getByRole("heading", { level: 1, name }).waitFor();

  /** Runs the command while a person does something on its page. */
  async function linked(person: () => Promise<void>): Promise<Linked> {
    return await link(["--no-browser", "--timeout", "100"], async (address) => {
      await page.goto(address);
      await person();
      return await page.innerText("body");
    });
  }

  async function signIn(account: string): Promise<void> {
    await page.getByLabel("Account").fill(account);
    await press("Next");
  }

  async function status(): Promise<string> {
    return (await link(["status"])).text;
  }

  const closes = (): Promise<void> => page.getByText("You can close this page.").waitFor();

  it("links the account that signs in and consents, once everything is proven", async () => {
    const result = await linked(async () => {
      await signIn(administrator);
      await heading("Permissions requested");
      await page.getByText("Directory.AccessAsUser.All").waitFor();
      await press("Accept");
      await closes();
    });
    expect(result.text).toContain(`granted: ${administrator} is linked.`);
    expect(result.code).toBe(0);
    expect(await status()).toMatch(/Microsoft Graph: granted[^]*Exchange Online: granted/);
    // Neither the code nor the state stays in the address.
    expect(page.url()).toMatch(/^http:\/\/localhost:\d+\/$/);
  });

  it("says when the person declines, and links nothing", async () => {
    const result = await linked(async () => {
      await signIn(administrator);
      await press("Cancel");
      await closes();
    });
    expect(result.text).toMatch(/^declined: AADSTS65004/m);
    expect([result.code, kept()]).toEqual([1, []]);
  });

  it("goes from a request for approval to a link, which is told when it is revoked", async () => {
    const asked = await linked(async () => {
      await signIn(operator);
      await heading("Need admin approval");
      await page.getByLabel("Enter justification").fill("We provision accounts.");
      await press("Request approval");
      await heading("Request sent");
      await press("Back to the application");
      await closes();
    });
    expect(asked.text).toMatch(/^approvalRequested: /m);
    expect([asked.code, kept()]).toEqual([1, []]);
    expect(running().emulator.signIns().approvals).toMatchObject([
      { user: operator, justification: "We provision accounts." },
    ]);

    const approval = /(http\S+adminconsent\S+)/.exec(asked.text)?.[1] ?? "";
    await page.goto(approval);
    await signIn(administrator);
    await heading("Permissions requested, for your organization");
    // Nothing listens where that page returns to: a token proves the consent, and not its parameters.
    await press("Accept").catch(() => undefined);
    // The browser still tries to get there, which would interrupt what this page does next.
    page = await page.context().newPage();
    await expect
      .poll(() => running().emulator.state().apps[0]?.consented)
      .toMatchObject({ exchange: ["Exchange.Manage"] });
    expect(kept()).toEqual([]);

    const approved = await linked(async () => {
      await signIn(operator);
      await closes();
    });
    expect(approved.text).toContain(`granted: ${operator} is linked.`);
    await fetch(`${running().loginUrl}/_emulator/refreshTokens`, { method: "DELETE" });
    expect(await status()).toMatch(/Microsoft Graph: revoked: .*AADSTS50173/);
  });

  it("says when a policy blocks the sign-in, and when nobody signs in", async () => {
    running().emulator.setBehaviour({ signInPolicy: "block" });
    const blocked = await linked(async () => {
      await signIn(administrator);
      await heading("You cannot access this right now");
      await press("Back to the application");
      await closes();
    });
    expect(blocked.text).toMatch(/^blocked: /m);
    const abandoned = await link(["--no-browser", "--timeout", "2"], async (address) => {
      await page.goto(address);
      return "";
    });
    expect(abandoned.text).toMatch(/^abandoned: /m);
    expect(kept()).toEqual([]);
  });
});
