import axe from "axe-core";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { seedState } from "../emulator/seed.ts";
import { startEmulator, type RunningEmulator } from "../emulator/server.ts";
import { TestClient } from "../emulator/testClient.ts";

const program = inject("chromium");
const hostile = "<img src=x onerror=\"document.title='broken'\"><b>Bob";

describe.skipIf(program === "")("the emulator's page", () => {
  let browser: Browser;
  let running: RunningEmulator;
  let client: TestClient;
  let page: Page;
  /** What the page wrote to the console, and the hosts that it asked. */
  let problems: string[];
  beforeAll(async () => {
    // Without its sandbox it also runs as root, and it opens nothing but the emulator's page.
    browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox"] });
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    const state = seedState();
    Object.assign(state.objects[0] ?? {}, { DisplayName: hostile });
    running = await startEmulator({ state });
    running.emulator.remember();
    client = new TestClient(running.emulator);
    problems = [];
  });
  afterEach(async () => {
    await page.context().close();
    await running.close();
    expect(problems).toEqual([]);
  });

  async function open(options: BrowserContextOptions = {}): Promise<void> {
    page = await (await browser.newContext(options)).newPage();
    page.setDefaultTimeout(10_000);
    page.on("console", (message) => problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== running.exchangeUrl) problems.push(request.url());
    });
    await page.goto(`${running.exchangeUrl}/`);
    await page.locator("#objects a").first().waitFor();
    await page.locator("#requestMs button").first().waitFor();
  }

  async function choose(address: string): Promise<void> {
    await page.getByLabel("Name or address").fill(address);
    await page.locator("#found").getByText("1 object", { exact: true }).waitFor();
    await page.locator("#objects a").click();
    await page.locator("#details").getByText(address).first().waitFor();
  }

  const part = (title: string): ReturnType<Page["locator"]> =>
    page.locator(".part").filter({ has: page.getByRole("heading", { name: title, exact: true }) });

  it("shows the tenant and its counts", async () => {
    await open();
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Contoso (emulated)");
    expect(await page.locator("#domains").textContent()).toBe(
      "contoso.onmicrosoft.com, contoso.com: 203 mailboxes, 14 groups, 9 others",
    );
  });

  it("shows a mailbox: three kinds of rights, calendar rights, memberships, reply, hold, region", async () => {
    await client.invoke("Set-MailboxAutoReplyConfiguration", {
      Identity: "sales@contoso.com",
      AutoReplyState: "Enabled",
      InternalMessage: "Away",
    });
    await client.invoke("Add-MailboxFolderPermission", {
      Identity: "sales@contoso.com:\\Calendar",
      User: "anna.bakker@contoso.com",
      AccessRights: ["Editor"],
    });
    await open();
    await choose("sales@contoso.com");
    for (const right of ["FullAccess", "SendAs", "SendOnBehalf"])
      expect(await part(right).textContent()).toContain("Anna Bakker anna.bakker@contoso.com");
    expect(await part("Calendar rights").textContent()).toContain(
      "Anna Bakker anna.bakker@contoso.com: Editor",
    );
    expect(await part("Automatic reply").textContent()).toContain("AutoReplyStateEnabled");
    expect(await part("Litigation hold").textContent()).toContain("LitigationHoldEnabledfalse");
    expect(await part("Regional settings").textContent()).toContain("Languagenot set");
    await part("FullAccess").getByRole("link", { name: "Anna Bakker" }).click();
    await page.getByRole("heading", { level: 2, name: "Anna Bakker" }).waitFor();
    expect(await part("Member of").textContent()).toContain("Sales team");
    await page.goBack();
    await page.getByRole("heading", { level: 2, name: "Sales" }).waitFor();
  });

  it("shows a group with its members", async () => {
    await open();
    await page.getByLabel("Kind").selectOption("Groups");
    await page.locator("#found").getByText("14 objects").waitFor();
    await choose("careevenings@contoso.com");
    expect(await part("Members").getByRole("listitem").count()).toBe(4);
  });

  it("shows names as text, whatever they contain", async () => {
    await open();
    expect(await page.locator("#objects strong").first().textContent()).toBe(hostile);
    await page.locator("#objects a").first().click();
    await page.locator("#object-title").getByText(hostile).waitFor();
    await client.invoke("Get-Mailbox", { Identity: hostile });
    await page.locator("#entries .about").getByText(hostile).waitFor();
    expect(await page.locator("main img, main b").count()).toBe(0);
    expect(await page.title()).toBe("Contoso (emulated)");
  });

  it("shows requests as they come, and what they changed", async () => {
    await open();
    await choose("info@contoso.com");
    await client.invoke("Set-Mailbox", { Identity: "info@contoso.com", CustomAttribute3: "blue" });
    const entry = page.locator("#entries li").first();
    await entry.getByText("Set-Mailbox").waitFor();
    expect(await entry.locator(".status").textContent()).toBe("200");
    await entry.locator("summary").click();
    expect(await entry.locator("pre").textContent()).toContain('"CustomAttribute3": "blue"');
    await part("Properties").getByText("blue").waitFor();
    expect(await page.locator("#latest").textContent()).toMatch(
      /^2 so far\. The latest: Set-Mailbox, status 200\.$/,
    );
  });

  it("sets faults and clears them, and shows what the emulator refuses", async () => {
    await open();
    await page.getByLabel("Of cmdlet").fill("Get-Mailbox");
    await page.getByRole("button", { name: "throttled", exact: true }).click();
    await page.getByText("throttled for Get-Mailbox, once: 0 such requests so far").waitFor();
    expect((await client.invoke("Get-Mailbox", { Identity: "info" })).status).toBe(429);
    const entry = page.locator("#entries li").first();
    await entry.locator(".fault").getByText("throttled").waitFor();
    await page.getByText("throttled for Get-Mailbox, once: 1 such requests so far").waitFor();
    await page.getByRole("button", { name: "Clear faults" }).click();
    await page.locator("#faults").getByText("none").waitFor();
    expect(running.emulator.faults()).toEqual([]);
    // The browser reports every answer of 400 on its console.
    page.removeAllListeners("console");
    await page.getByLabel("Of cmdlet").fill("Get-Mailboxx");
    await page.getByRole("button", { name: "unavailable", exact: true }).click();
    await page
      .getByRole("alert")
      .getByText("Exchange Online has no cmdlet 'Get-Mailboxx'")
      .waitFor();
    expect(running.emulator.faults()).toEqual([]);
  });

  it("sets lags", async () => {
    await open();
    const late = page.getByRole("group", { name: "Readers see members and rights late" });
    await late.getByRole("button", { name: "20 s" }).click();
    await late.getByRole("button", { name: "20 s", pressed: true }).waitFor();
    const slow = page.getByRole("group", { name: "Each request takes" });
    await slow.getByRole("button", { name: "0.5 s" }).click();
    await slow.getByRole("button", { name: "0.5 s", pressed: true }).waitFor();
    expect(running.emulator.state().behaviour).toMatchObject({
      permissionLagMs: 20_000,
      requestMs: 500,
    });
  });

  it("returns to the start when that is confirmed", async () => {
    await client.invoke("Set-Mailbox", { Identity: "info", CustomAttribute3: "blue" });
    await open();
    await choose("info@contoso.com");
    await part("Properties").getByText("blue").waitFor();
    page.once("dialog", (dialog) => void dialog.dismiss());
    await page.getByRole("button", { name: "Reset the tenant" }).click();
    expect(running.emulator.changes()).toHaveLength(1);
    page.once("dialog", (dialog) => void dialog.accept());
    await page.getByRole("button", { name: "Reset the tenant" }).click();
    await page.getByText("The tenant is as it was at the start.").waitFor();
    await part("Properties").getByText("blue").waitFor({ state: "detached" });
    expect(await page.locator("#entries li").count()).toBe(0);
    expect(running.emulator.changes()).toEqual([]);
  });

  it("is usable with the keyboard alone", async () => {
    await open();
    await page.keyboard.press("Tab");
    await page.keyboard.type("sales@contoso.com");
    await page.locator("#found").getByText("1 object", { exact: true }).waitFor();
    for (const _ of ["kind", "object"]) await page.keyboard.press("Tab");
    expect(
      await page.evaluate<string>("getComputedStyle(document.activeElement).outlineStyle"),
    ).toBe("solid");
    await page.keyboard.press("Enter");
    await page.locator("#object-title:focus").getByText("Sales").waitFor();
    await page.getByRole("button", { name: "throttled", exact: true }).focus();
    await page.keyboard.press("Space");
    await page.getByText("throttled for every request, once").waitFor();
  });

  it("says when the emulator no longer answers, and goes on when it does", async () => {
    await open();
    page.removeAllListeners("console");
    await page.route("**/_emulator/requests*", (route) => route.abort());
    await page.getByRole("alert").getByText("The emulator does not answer.").waitFor();
    await page.unroute("**/_emulator/requests*");
    await page.getByRole("alert").getByText("The emulator").waitFor({ state: "detached" });
  });

  describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
    it.each([360, 1400])("has no serious violation, and fits, at %i pixels", async (width) => {
      running.emulator.setFaults([{ named: "throttled", times: 1, match: { cmdlet: "Get-User" } }]);
      for (const cmdlet of ["Get-Mailbox", "Get-User", "Get-Nothing"])
        await client.invoke(cmdlet, { Identity: "info@contoso.com" });
      await open({ colorScheme, viewport: { width, height: 900 } });
      await choose("sales@contoso.com");
      await page.locator("#entries summary").first().click();
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate<axe.AxeResults>("axe.run()");
      const serious = violations.filter(({ impact }) => /serious|critical/.test(String(impact)));
      expect(serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(width);
    });
  });
});
