// Microsoft's own Graph SDK for .NET against the emulator: calls in a row, one line of JSON each on stdout, which a line
// on stdin has to follow.
// Arguments: the address of the emulated Graph, a token for it, and the ID of a user with a mailbox.
using System.Text.Json;
using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using Microsoft.Kiota.Abstractions.Authentication;

var (graph, token, anna) = (args[0], args[1], args[2]);
var provider = new BaseBearerTokenAuthenticationProvider(new Bearer(token));
var client = new GraphServiceClient(new HttpClient(), provider, $"{graph}/v1.0");

// A result is an object of Microsoft's types, or the code and the text of its ODataError.
async Task Call(string name, Func<Task<object?>> call)
{
    object line;
    try { line = new { name, result = await call() }; }
    catch (ODataError error)
    {
        line = new { name, status = error.ResponseStatusCode, code = error.Error?.Code, text = error.Error?.Message };
    }
    Console.WriteLine(JsonSerializer.Serialize(line, JsonSerializerOptions.Web));
    Console.ReadLine();
}
ReferenceCreate To(string? id) => new() { OdataId = $"https://graph.microsoft.com/v1.0/directoryObjects/{id}" };
async Task<object?> Done(Task task) { await task; return null; }

string? user = null, security = null, unified = null;
User NewUser(string name) => new()
{
    DisplayName = "Dot Net", UserPrincipalName = $"{name}@contoso.com", MailNickname = name, AccountEnabled = true,
    EmployeeId = "9101", UsageLocation = "NL",
    PasswordProfile = new() { Password = "Xy7!abcdEFGH", ForceChangePasswordNextSignIn = true },
};
Group NewGroup(string name, bool isUnified) => new()
{
    DisplayName = name, MailNickname = name, MailEnabled = isUnified, SecurityEnabled = !isUnified,
    GroupTypes = isUnified ? ["Unified"] : [],
};

await Call("users: first page", async () => (await client.Users.GetAsync(c => { c.QueryParameters.Top = 5; }))?.Value?.Count);
await Call("users: iterated", async () =>
{
    var first = await client.Users.GetAsync(c => { c.QueryParameters.Top = 10; c.QueryParameters.Select = ["id"]; });
    var ids = new HashSet<string>();
    var count = 0;
    await PageIterator<User, UserCollectionResponse>.CreatePageIterator(client, first!, one => { count++; ids.Add(one.Id!); return true; }).IterateAsync();
    return new { count, distinct = ids.Count };
});
await Call("users: $count without the header", async () => (await client.Users.GetAsync(c => { c.QueryParameters.Filter = "endsWith(mail,'@contoso.com')"; }))?.Value?.Count);
await Call("users: advanced", async () => (await client.Users.GetAsync(c => { c.QueryParameters.Filter = "endsWith(mail,'@contoso.com')"; c.QueryParameters.Count = true; c.Headers.Add("ConsistencyLevel", "eventual"); }))?.Value?.Count > 0);
await Call("users: created", async () => { user = (await client.Users.PostAsync(NewUser("dot.net")))?.Id; return user is not null; });
await Call("users: created again", async () => (await client.Users.PostAsync(NewUser("dot.net")))?.Id);
await Call("users: a weak password", async () => { var weak = NewUser("weak"); weak.PasswordProfile!.Password = "x"; return (await client.Users.PostAsync(weak))?.Id; });
await Call("users: another domain", async () => { var one = NewUser("x"); one.UserPrincipalName = "x@fabrikam.example"; return (await client.Users.PostAsync(one))?.Id; });
await Call("users: without a name", async () => { var one = NewUser("y"); one.DisplayName = null; return (await client.Users.PostAsync(one))?.Id; });
await Call("users: by id", async () => (await client.Users[user].GetAsync(c => c.QueryParameters.Select = ["displayName", "employeeId", "accountEnabled"])) is { } one ? new { one.DisplayName, one.EmployeeId, one.AccountEnabled } : null);
await Call("users: by name", async () => (await client.Users["dot.net@contoso.com"].GetAsync())?.Id == user);
await Call("users: by employee ID", async () => (await client.Users.GetAsync(c => c.QueryParameters.Filter = "employeeId eq '9101'"))?.Value?.Count);
await Call("users: an unknown id", async () => (await client.Users["00000000-0000-4000-8000-00000000dead"].GetAsync())?.Id);
await Call("users: an unknown property", async () => (await client.Users.GetAsync(c => c.QueryParameters.Filter = "shoeSize eq '9'"))?.Value?.Count);
await Call("users: changed", () => Done(client.Users[user].PatchAsync(new() { JobTitle = "Nurse", Department = "Care" })));
await Call("users: as changed", async () => (await client.Users[user].GetAsync(c => c.QueryParameters.Select = ["jobTitle", "department"])) is { } one ? new { one.JobTitle, one.Department } : null);
await Call("users: cleared", () => Done(client.Users[user].PatchAsync(new() { BackingStore = { }, AdditionalData = new Dictionary<string, object> { ["jobTitle"] = null! } })));
await Call("users: as cleared", async () => (await client.Users[user].GetAsync(c => c.QueryParameters.Select = ["jobTitle"]))?.JobTitle);
await Call("users: hired on", () => Done(client.Users[user].PatchAsync(new() { EmployeeHireDate = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero) })));
await Call("users: as hired", async () => (await client.Users[user].GetAsync(c => c.QueryParameters.Select = ["employeeHireDate"]))?.EmployeeHireDate?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ"));
await Call("users: mail of a mailbox", () => Done(client.Users[anna].PatchAsync(new() { Mail = "x@contoso.com" })));
await Call("users: read only", () => Done(client.Users[user].PatchAsync(new() { ProxyAddresses = ["SMTP:x@contoso.com"] })));
await Call("users: disabled", () => Done(client.Users[user].PatchAsync(new() { AccountEnabled = false })));
await Call("users: as disabled", async () => (await client.Users[user].GetAsync(c => c.QueryParameters.Select = ["accountEnabled"]))?.AccountEnabled);
await Call("users: sessions revoked", async () => (await client.Users[user].RevokeSignInSessions.PostAsRevokeSignInSessionsPostResponseAsync())?.Value);
await Call("manager: none", async () => (await client.Users[user].Manager.GetAsync())?.Id);
await Call("manager: set", () => Done(client.Users[user].Manager.Ref.PutAsync(new ReferenceUpdate { OdataId = To(anna).OdataId })));
await Call("manager: as set", async () => (await client.Users[user].Manager.GetAsync())?.Id == anna);
await Call("manager: typed", async () => (await client.Users[user].Manager.GetAsync())?.GetType().Name);
await Call("manager: removed", () => Done(client.Users[user].Manager.Ref.DeleteAsync()));
await Call("manager: as removed", async () => (await client.Users[user].Manager.GetAsync())?.Id);
await Call("groups: security created", async () => { security = (await client.Groups.PostAsync(NewGroup("dotnetSecurity", false)))?.Id; return security is not null; });
await Call("groups: without a nickname", async () => { var one = NewGroup("x", false); one.MailNickname = null; return (await client.Groups.PostAsync(one))?.Id; });
await Call("groups: a distribution list", async () => { var one = NewGroup("y", true); one.GroupTypes = []; return (await client.Groups.PostAsync(one))?.Id; });
await Call("groups: upserted", async () =>
{
    unified = (await client.GroupsWithUniqueName("dotnet-1").PatchAsync(NewGroup("dotnetUnified", true), c => c.Headers.Add("Prefer", "create-if-missing")))?.Id;
    return unified is not null;
});
await Call("groups: upserted again", async () => (await client.GroupsWithUniqueName("dotnet-1").PatchAsync(NewGroup("dotnetUnified", true), c => c.Headers.Add("Prefer", "create-if-missing")))?.Id);
await Call("groups: by unique name", async () => (await client.GroupsWithUniqueName("dotnet-1").GetAsync())?.Id == unified);
await Call("groups: unknown unique name", async () => (await client.GroupsWithUniqueName("dotnet-2").GetAsync())?.Id);
await Call("groups: as created", async () => (await client.Groups[unified].GetAsync()) is { } one ? new { one.GroupTypes, one.MailEnabled, one.Visibility } : null);
await Call("groups: unified alone", async () => (await client.Groups.GetAsync(c => c.QueryParameters.Filter = "groupTypes/any(c:c eq 'Unified') and displayName eq 'dotnetUnified'"))?.Value?.Count);
await Call("groups: hidden by an application", () => Done(client.Groups[unified].PatchAsync(new() { HideFromAddressLists = true })));
await Call("members: added", () => Done(client.Groups[security].Members.Ref.PostAsync(To(user))));
await Call("members: added again", () => Done(client.Groups[security].Members.Ref.PostAsync(To(user))));
await Call("members: listed", async () => (await client.Groups[security].Members.GetAsync())?.Value?.Select(one => one.GetType().Name));
await Call("members: users", async () => (await client.Groups[security].Members.GraphUser.GetAsync())?.Value?.Count);
await Call("members: of", async () => (await client.Users[user].MemberOf.GraphGroup.GetAsync())?.Value?.Any(one => one.Id == security));
await Call("members: checked", async () => (await client.Users[user].CheckMemberGroups.PostAsCheckMemberGroupsPostResponseAsync(new() { GroupIds = [security!] }))?.Value?.Count);
await Call("members: unknown", () => Done(client.Groups[security].Members.Ref.PostAsync(To("00000000-0000-4000-8000-00000000dead"))));
await Call("members: removed", () => Done(client.Groups[security].Members[user].Ref.DeleteAsync()));
await Call("members: removed again", () => Done(client.Groups[security].Members[user].Ref.DeleteAsync()));
await Call("members: the user is there", async () => (await client.Users[user].GetAsync())?.Id == user);
await Call("owners: added", () => Done(client.Groups[unified].Owners.Ref.PostAsync(To(user))));
await Call("owners: listed", async () => (await client.Groups[unified].Owners.GetAsync())?.Value?.Count);
await Call("owners: the last", () => Done(client.Groups[unified].Owners[user].Ref.DeleteAsync()));
await Call("batch: two reads", async () =>
{
    var batch = new BatchRequestContentCollection(client);
    var one = await batch.AddBatchRequestStepAsync(client.Users[user].ToGetRequestInformation());
    var two = await batch.AddBatchRequestStepAsync(client.Groups[security].ToGetRequestInformation());
    var answer = await client.Batch.PostAsync(batch);
    return new { user = (await answer.GetResponseByIdAsync<User>(one)).Id == user, group = (await answer.GetResponseByIdAsync<Group>(two)).Id == security };
});
await Call("groups: deleted", () => Done(client.Groups[security].DeleteAsync()));
await Call("groups: as deleted", async () => (await client.Groups[security].GetAsync())?.Id);
await Call("users: deleted", () => Done(client.Users[user].DeleteAsync()));
await Call("users: as deleted", async () => (await client.Directory.DeletedItems[user].GetAsync())?.Id == user);
await Call("users: restored", async () => (await client.Directory.DeletedItems[user].Restore.PostAsync())?.Id == user);
await Call("users: as restored", async () => (await client.Users[user].GetAsync())?.Id == user);

/// <summary>The token that the test has: no sign-in library takes a plain address.</summary>
sealed class Bearer(string token) : IAccessTokenProvider
{
    public AllowedHostsValidator AllowedHostsValidator { get; } = new();
    public Task<string> GetAuthorizationTokenAsync(Uri uri, Dictionary<string, object>? more = null, CancellationToken cancellation = default) => Task.FromResult(token);
}
