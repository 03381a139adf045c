/** The emulated tenant with what only Entra ID knows, and events for its accounts. */
import { graphState, ids } from "../../emulator/graph/graphClient.ts";
import type { Values } from "../../emulator/graph/json.ts";
import type { DirectoryObject, State } from "../../emulator/state.ts";
import { Bench } from "../../bench.ts";
import {
  changeEventFor,
  createEventFor,
  permissionEventFor,
  type ChangeChoices,
  type CreateChoices,
  type PermissionChoices,
} from "../../events.ts";

export { ids };

/** The user of the seed without a mailbox, as messages name it. */
export const cloudOnly = `"Cloud Only" <cloud.only@contoso.com> (${ids.cloudOnly})`;
export const anna = `"Anna Bakker" <anna.bakker@contoso.com> (${ids.anna})`;

export class EntraBench extends Bench {
  static override async open(): Promise<EntraBench> {
    const { running } = await Bench.open();
    return new EntraBench(running);
  }

  /** The tenant as it is seeded, or with a change, and nothing seen yet. */
  fresh(change: (state: State) => void = () => undefined): void {
    const state = graphState();
    change(state);
    this.emulator.replaceState(state);
    this.emulator.setFaults([]);
    this.emulator.clearJournal();
  }

  /** What Entra ID keeps of a user. */
  user(id: string): Values | undefined {
    return this.emulator.state().entra?.users?.[id];
  }

  /** What Microsoft Graph shows of a user, to another client. */
  async shown(id: string, properties: readonly string[]): Promise<Record<string, unknown>> {
    return await this.#asked(`/users/${id}?$select=${properties.join(",")}`);
  }

  /** The IDs of a group's members, as Microsoft Graph shows them to another client. */
  async membersOf(group: string): Promise<string[]> {
    const { value } = await this.#asked(`/groups/${group}/members?$select=id&$top=999`);
    return (value as { id: string }[]).map(({ id }) => id).sort();
  }

  /** The same for its owners. */
  async ownersOf(group: string): Promise<string[]> {
    const { value } = await this.#asked(`/groups/${group}/owners?$select=id&$top=999`);
    return (value as { id: string }[]).map(({ id }) => id).sort();
  }

  async #asked(path: string): Promise<Record<string, unknown>> {
    const { loginUrl, graphUrl, tenantId, clientId, clientSecret } = this.running;
    const body = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
      scope: "https://graph.microsoft.com/.default",
    });
    const url = `${loginUrl}/${tenantId}/oauth2/v2.0/token`;
    const signIn = await fetch(url, { method: "POST", body });
    const { access_token } = (await signIn.json()) as { access_token: string };
    const headers = { authorization: `Bearer ${access_token}` };
    const answer = await fetch(`${graphUrl}/v1.0${path}`, { headers });
    return (await answer.json()) as Record<string, unknown>;
  }

  /** The object that Exchange keeps of a user. */
  object(id: string): DirectoryObject | undefined {
    return this.emulator
      .state()
      .objects.find(({ ExternalDirectoryObjectId }) => ExternalDirectoryObjectId === id);
  }

  /** The ID of a user's manager. */
  managerOf(id: string): unknown {
    const guid = this.object(id)?.["Manager"];
    const { objects } = this.emulator.state();
    const manager = objects.find(({ Guid }) => guid !== undefined && Guid === guid);
    return manager?.["ExternalDirectoryObjectId"] ?? this.user(id)?.["manager"] ?? undefined;
  }

  permissionEvent(choices: PermissionChoices = {}): unknown {
    return permissionEventFor(this.running, { account: ids.cloudOnly, ...choices });
  }

  createEvent(choices: CreateChoices & { manager?: string } = {}): unknown {
    const { manager, ...others } = choices;
    const event = createEventFor(this.running, {
      field: "employeeId",
      value: "2001",
      data: newcomer,
      ...others,
    });
    const { actionContext } = event;
    return {
      ...event,
      actionContext: { ...actionContext, References: { ManagerAccount: manager ?? null } },
    };
  }

  changeEvent(choices: ChangeChoices & { manager?: string } = {}): unknown {
    const { manager, ...others } = choices;
    const event = changeEventFor(this.running, { reference: ids.cloudOnly, ...others }) as {
      actionContext: { References: object };
    };
    const { actionContext } = event;
    const References = { ...actionContext.References, ManagerAccount: manager ?? null };
    return { ...event, actionContext: { ...actionContext, References } };
  }
}

/** The mapped fields of a person without an account. */
export const newcomer = {
  displayName: "Nora New",
  givenName: "Nora",
  surname: "New",
  employeeId: "2001",
  userPrincipalName: "nora.new@contoso.com",
  usageLocation: "NL",
  accountEnabled: "FALSE",
  passwordProfile: { forceChangePasswordNextSignIn: "TRUE" },
};
