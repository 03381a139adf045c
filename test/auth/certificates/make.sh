#!/bin/sh
# Makes every fixture anew: sh make.sh (needs OpenSSL 3.0 with its legacy provider, and the .NET 10 SDK).
# The keys are new each time, so the thumbprints are too; they are written by openssl, not by the code under test.
set -eu
out=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

ascii='correct horse'
accents='crème-brûlée-é-😀'
subject='/O=HelloID connectors/CN=exchange-online-connector test'
century='-days 36500'

self_signed() { name=$1; shift; openssl req -x509 $century -nodes -subj "$subject" -keyout "$name.key" -out "$name.crt" "$@" 2>/dev/null; }
self_signed leaf -newkey rsa:2048
self_signed large -newkey rsa:4096
self_signed other -newkey rsa:2048
self_signed elliptic -newkey ec -pkeyopt ec_paramgen_curve:P-256

# A leaf that an ECDSA authority signed: re-encoding such a certificate with forge changes its bytes.
openssl req -x509 $century -nodes -subj '/CN=test authority' -keyout authority.key -out authority.crt \
  -newkey ec -pkeyopt ec_paramgen_curve:P-256 2>/dev/null
openssl req -new -nodes -subj "$subject" -keyout issued.key -out issued.csr -newkey rsa:2048 2>/dev/null
openssl x509 -req -in issued.csr -CA authority.crt -CAkey authority.key -CAcreateserial $century -out issued.crt 2>/dev/null

pack() { name=$1; key=$2; password=$3; shift 3
  openssl pkcs12 -export -inkey "$key.key" -in "$key.crt" -out "$name.pfx" -passout "pass:$password" "$@"; }
pack openssl-legacy leaf "$ascii" -legacy
pack openssl-modern leaf "$ascii"
pack openssl-sha512 leaf "$ascii" -macalg sha512 -keypbe AES-128-CBC -certpbe DES-EDE3-CBC
pack openssl-legacy-accents leaf "$accents" -legacy
pack openssl-modern-accents-4096 large "$accents"
pack openssl-legacy-empty leaf '' -legacy
pack openssl-modern-empty leaf ''
pack openssl-no-iterations leaf "$ascii" -noiter -nomaciter
pack openssl-no-mac leaf "$ascii" -nomac
pack openssl-plain leaf '' -nomac -keypbe NONE -certpbe NONE
pack openssl-plain-mac leaf "$ascii" -keypbe NONE -certpbe NONE
pack openssl-rc4 leaf "$ascii" -legacy -keypbe PBE-SHA1-RC4-128
pack elliptic elliptic "$ascii"
openssl pkcs12 -export -nokeys -in leaf.crt -out no-key.pfx -passout "pass:$ascii"
openssl pkcs12 -export -nocerts -inkey leaf.key -out no-certificate.pfx -passout "pass:$ascii"

cp "$out/make.cs" .
ASCII=$ascii ACCENTS=$accents dotnet run make.cs

for pfx in *.pfx; do openssl base64 -A -in "$pfx" -out "$out/$pfx.txt"; done
cp leaf.crt large.crt issued.crt "$out"
{ echo '{'
  for name in leaf large issued; do
    print=$(openssl x509 -in $name.crt -noout -fingerprint -sha256 | sed 's/.*=//; s/://g')
    until=$(date -u -d "$(openssl x509 -in $name.crt -noout -enddate | cut -d= -f2)" +%Y-%m-%dT%H:%M:%SZ)
    echo "  \"$name\": { \"thumbprintSha256\": \"$print\", \"notAfter\": \"$until\" }$([ $name = issued ] || echo ,)"
  done; echo '}'; } > "$out/expected.json"
