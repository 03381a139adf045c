// The part of make.sh that OpenSSL cannot do: what .NET (as Windows) writes, a chosen order of bags, a past date.
#:property PublishAot=false
#:package System.Security.Cryptography.Pkcs@10.0.12
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

string ascii = Environment.GetEnvironmentVariable("ASCII")!, accents = Environment.GetEnvironmentVariable("ACCENTS")!;
const Pkcs12ExportPbeParameters Old = Pkcs12ExportPbeParameters.Pkcs12TripleDesSha1, New = Pkcs12ExportPbeParameters.Pbes2Aes256Sha256;
X509Certificate2 Load(string name) => X509Certificate2.CreateFromPemFile(name + ".crt", name + ".key");
X509Certificate2 Bare(string name) => X509Certificate2.CreateFromPem(File.ReadAllText(name + ".crt"));
void Save(string name, byte[] pfx) => File.WriteAllBytes(name + ".pfx", pfx);

Save("dotnet-tripledes-sha1", Load("leaf").ExportPkcs12(Old, ascii));
Save("dotnet-aes256-sha256", Load("leaf").ExportPkcs12(New, ascii));
Save("dotnet-aes256-sha256-accents", Load("leaf").ExportPkcs12(New, accents));
Save("dotnet-tripledes-sha1-empty", Load("leaf").ExportPkcs12(Old, ""));
Save("dotnet-tripledes-sha1-absent", Load("leaf").ExportPkcs12(Old, null));
Save("dotnet-aes256-sha256-absent", Load("leaf").ExportPkcs12(New, null));

// The certificate that belongs to the key comes last, behind its authority and a stranger.
Save("chain", Pack(Load("issued").GetRSAPrivateKey()!, [Bare("authority"), Bare("other"), Bare("issued")]));
Save("foreign-key", Pack(Load("other").GetRSAPrivateKey()!, [Bare("leaf")]));

var key = Load("leaf").GetRSAPrivateKey()!;
Save("dotnet-aes256-sha1", Pack(key, [Bare("leaf")], prf: HashAlgorithmName.SHA1)); // PBKDF2's default, so it is not named
Save("two-passwords", Pack(key, [Bare("leaf")], contents: "another")); // sealed with the usual one

// Expired in 2020; and the same certificate renewed on the same key, behind the expired one.
var request = new CertificateRequest("CN=exchange-online-connector test, O=HelloID connectors", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
var expired = request.CreateSelfSigned(new(2019, 6, 1, 0, 0, 0, TimeSpan.Zero), new(2020, 6, 1, 0, 0, 0, TimeSpan.Zero));
Save("expired", expired.ExportPkcs12(New, ascii));
Save("renewed", Pack(key, [expired, Bare("leaf")]));

byte[] Pack(RSA key, X509Certificate2[] certificates, HashAlgorithmName? prf = null, string? contents = null)
{
    var pbe = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, prf ?? HashAlgorithmName.SHA256, 2048);
    var bags = new Pkcs12SafeContents();
    foreach (var certificate in certificates) bags.AddCertificate(certificate);
    bags.AddShroudedKey(key, contents ?? ascii, pbe);
    var builder = new Pkcs12Builder();
    builder.AddSafeContentsEncrypted(bags, contents ?? ascii, pbe);
    builder.SealWithMac(ascii, HashAlgorithmName.SHA256, 2048);
    return builder.Encode();
}
