// Microsoft's own LDAP client: `HOST PORT USER PASSWORD-FILE BASE FILTER ATTRIBUTE...` prints the objects as JSON, their
// values in base64. On Linux it is a layer over OpenLDAP, which reads the environment variables LDAPTLS_*.
using System.DirectoryServices.Protocols;
using System.Net;
using System.Text.Json;

var (host, port, user, file, place, filter) = (args[0], int.Parse(args[1]), args[2], args[3], args[4], args[5]);
var attributes = args[6..];
using var connection = new LdapConnection(new LdapDirectoryIdentifier(host, port)) { AuthType = AuthType.Basic };
connection.SessionOptions.ProtocolVersion = 3;
connection.SessionOptions.SecureSocketLayer = true;
connection.Bind(new NetworkCredential(user, File.ReadAllText(file)));

var request = new SearchRequest(place, filter, SearchScope.Subtree, attributes);
var pages = new PageResultRequestControl(2);
request.Controls.Add(pages);
var found = new List<Dictionary<string, string[]>>();
do
{
    var response = (SearchResponse)connection.SendRequest(request);
    foreach (SearchResultEntry entry in response.Entries)
    {
        var values = new Dictionary<string, string[]>();
        // Attributes that were requested and are absent are left out; the keys are in lower case, and their names are not.
        foreach (DirectoryAttribute attribute in entry.Attributes.Values)
            values[attribute.Name] = attribute.GetValues(typeof(byte[]))
                .Select(value => Convert.ToBase64String((byte[])value)).ToArray();
        found.Add(values);
    }
    pages.Cookie = response.Controls.OfType<PageResultResponseControl>().Single().Cookie;
} while (pages.Cookie.Length > 0);
Console.WriteLine(JsonSerializer.Serialize(found));
