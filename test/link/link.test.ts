import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { accepts, administrator, anyone, openLinking, operator, signsIn } from "./linking.ts";

const { running, link, kept, stateFolder, form } = openLinking();
const noBrowser = ["--no-browser", "--timeout", "20"];

describe("an account is linked", () => {
  it("when a person signs in and consents, and both resources are proven", async () => {
    const { code, text, page } = await link(noBrowser, accepts);
    expect(text).toContain(`granted: ${administrator} is linked.`);
    expect(code).toBe(0);
    expect(page).toContain("You can close this page.");
    expect(text).toContain(
      "Microsoft Graph: User.ReadWrite.All, Group.ReadWrite.All, Directory.AccessAsUser.All, " +
        "LicenseAssignment.ReadWrite.All",
    );
    expect(text).toContain("Exchange Online: Exchange.Manage");
    expect(kept()).toHaveLength(1);
    const status = await link(["status"]);
    expect(status.code).toBe(0);
    expect(status.text).toMatch(
      /Microsoft Graph: granted: .*\n.*Exchange Online: granted: Exchange\.Manage/,
    );
  });

  it("by anyone once an administrator has consented, with the least scopes where these are asked for", async () => {
    await link([...noBrowser, "--scopes", "least"], accepts);
    const { code, text } = await link(
      [...noBrowser, "--scopes", "least", "--json"],
      signsIn(operator),
    );
    expect(code).toBe(0);
    expect(JSON.parse(text.split("\n")[0] ?? "")).toMatchObject({
      state: "granted",
      account: { userPrincipalName: operator },
      scopes: { exchange: ["Exchange.Manage"] },
    });
  });

  it("for one resource alone", async () => {
    const { code, text } = await link([...noBrowser, "--resources", "graph"], accepts);
    expect(code).toBe(0);
    expect(text).not.toContain("Exchange Online:");
    expect(running().emulator.state().apps[0]?.consented).toMatchObject({ exchange: [] });
  });
});

describe("an account is not linked, and nothing is written,", () => {
  it.each<[string, string, Parameters<typeof link>[1], RegExp]>([
    [
      "when it declines",
      "declined",
      [{ account: administrator, decision: "cancel" }],
      /User declined to consent[^]*v2\.0\/adminconsent\?client_id=/,
    ],
    [
      "when it may only ask for approval",
      "approvalRequested",
      [
        { account: operator, decision: "request", justification: "We provision." },
        { account: operator, decision: "leave" },
      ],
      /returned access_denied[^]*v2\.0\/adminconsent\?client_id=/,
    ],
    ["when nobody signs in", "abandoned", [], /Nobody finished the sign-in within 1 seconds/],
  ])("%s: %s", async (_title, state, answers, expected) => {
    const { code, text } = await link(["--no-browser", "--timeout", "1"], answers);
    expect(text).toMatch(new RegExp(`^${state}: `, "m"));
    expect(text).toMatch(expected);
    expect(text).toContain("Nothing was linked");
    expect([code, kept()]).toEqual([1, []]);
  });

  it("when a policy blocks it: blocked", async () => {
    running().emulator.setBehaviour({ signInPolicy: "block" });
    const { code, text } = await link(noBrowser, [{ account: administrator, decision: "leave" }]);
    expect(text).toMatch(/^blocked: The sign-in page returned without an answer/m);
    expect([code, kept()]).toEqual([1, []]);
  });

  it("when it has no role in Exchange Online: blocked", async () => {
    await link(noBrowser, accepts);
    await link(["remove"]);
    const { code, text } = await link(noBrowser, signsIn(anyone));
    expect(text).toMatch(/^blocked: chris\.jansen@contoso\.com may not read in Exchange Online/m);
    expect(code).toBe(1);
    expect((await link(["status"])).text).toContain("No account is linked");
  });

  it("when the consent for one resource is missing: consentMissing, with the scopes", async () => {
    const { emulator } = running();
    const { graph } = { graph: ["User.ReadWrite.All", "Group.ReadWrite.All"] };
    // Consent that a policy removes between the page and the token.
    const linking = link(noBrowser, accepts);
    while (emulator.state().apps[0]?.consented === undefined) await new Promise(setImmediate);
    const [app] = emulator.state().apps;
    if (app) app.consented = { graph, exchange: ["Exchange.Manage"] };
    const { text, code } = await linking;
    expect(text).toMatch(
      /^consentMissing: .* no consent for Directory\.AccessAsUser\.All, LicenseAssignment\.ReadWrite\.All of Microsoft/m,
    );
    expect([code, kept()]).toEqual([1, []]);
  });

  it("when the answer is of another sign-in, which is turned away", async () => {
    const { page, code } = await link(["--no-browser", "--timeout", "1"], []);
    expect([page, code]).toEqual(["", 1]);
  });

  it("and a link that is there stays as it is", async () => {
    await link(noBrowser, accepts);
    const before = kept();
    await link(noBrowser, [{ account: administrator }]).catch(() => undefined);
    running().emulator.setBehaviour({ signInPolicy: "block" });
    await link(noBrowser, [{ account: administrator, decision: "leave" }]);
    expect(kept().length).toBeGreaterThanOrEqual(before.length);
    running().emulator.setBehaviour({ signInPolicy: "allow" });
    expect((await link(["status"])).text).toContain(administrator);
  });
});

describe("link status", () => {
  it("says that there is no link", async () => {
    await link(noBrowser, accepts);
    await link(["remove"]);
    expect(await link(["status"])).toMatchObject({
      code: 1,
      text: expect.stringContaining("No account is linked") as string,
    });
    expect((await link(["remove"])).text).toContain("No account was linked");
  });

  it.each<[string, string, () => void]>([
    [
      "revoked",
      "50173",
      () =>
        running()
          .emulator.signIns()
          .refreshTokens.forEach((one) => (one.endedAt = Date.now())),
    ],
    ["expired", "700082", () => running().emulator.advance(91 * 24 * 3_600_000)],
    ["blocked", "53003", () => running().emulator.setBehaviour({ signInPolicy: "block" })],
    ["consentMissing", "65001", () => delete running().emulator.state().apps[0]?.consented],
  ])("says that it is %s (AADSTS%s)", async (state, number, change) => {
    await link(noBrowser, accepts);
    change();
    const { code, text } = await link(["status"]);
    expect(text).toMatch(new RegExp(`Microsoft Graph: ${state}: .*${number}`));
    expect(code).toBe(1);
  });
});

describe("link renew", () => {
  it("lets a new secret open the link, while the old one still does", async () => {
    await link(noBrowser, accepts);
    const { emulator, clientSecret } = running();
    emulator.state().apps[0]?.secrets.push({ value: "another-emulated-secret" });
    const renewed = form({ AppSecret: "another-emulated-secret" });
    expect((await link(["status", "--config", renewed])).text).toMatch(
      /does not open with the client secret \([0-9a-f]{6}\)/,
    );
    const { text } = await link(["renew", "--new", renewed]);
    expect(text).toMatch(/^The link opens with: client secret \(\w+\), client secret \(\w+\)$/);
    expect(text).not.toContain(clientSecret);
    for (const args of [["status", "--config", renewed], ["status"]])
      expect((await link(args)).code).toBe(0);
  });
});

describe("the link verb", () => {
  it.each([
    [["--port", "http"], "--port http: expected a whole number"],
    [["--resources", "mail"], "Allowed choices are graph, exchange"],
    [["--for", "nobody-by-this-name"], 'There is no account "nobody-by-this-name"'],
  ])("refuses %j", async (args, expected) => {
    const { code, text } = await link([...args]);
    expect(code).not.toBe(0);
    expect(text).toContain(expected);
    expect(existsSync(stateFolder())).toBe(false);
  });

  it("needs a state folder, which has to be an absolute path", async () => {
    const none = form({ StateFolder: "" });
    expect((await link(["status", "--config", none])).text).toContain("A linked account needs");
    const relative = form({ StateFolder: "state" });
    expect((await link(["status", "--config", relative])).text).toContain(
      "expected an absolute path",
    );
  });
});
