#!/bin/sh
# Findings as files for other programs: another node reads one, firewalls load one, and
# what is on a warning list stands in none that a machine acts on.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
e() { "$ENTENTE" "$@" --node n; }
export ENTENTE_NOW=1781870400 # 2026-06-19
node n || exit 1
node other || exit 1
cat >events.jsonl <<'X'
{"classification.type":"c2-server","source.ip":"45.33.32.156","source.port":8443,"protocol.transport":"tcp","time.source":"2026-06-18T00:00:00Z"}
{"classification.type":"c2-server","source.ip":"8.8.8.8","source.port":53,"protocol.transport":"udp","time.source":"2026-06-18T00:00:00Z"}
{"classification.type":"phishing","source.url":"http://bad.example.com/kit/?a=1&b=<2>","time.source":"2026-06-18T00:00:00Z"}
{"classification.type":"infected-system","source.ip":"2a00:1450:4001::1","time.source":"2026-06-18T00:00:00Z"}
{"classification.type":"spam","source.network":"45.40.0.0/16","time.source":"2026-06-18T00:00:00Z","tlp":"RED"}
{"classification.type":"malware","malware.hash.sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","time.source":"2026-06-18T00:00:00Z"}
{"classification.type":"scanner","source.ip":"45.33.32.200","source.account":"ana@example.org","time.source":"2026-06-18T00:00:00Z"}
X
e ingest events.jsonl -q

ok "which forms there are" e export
says "IODEF is one" "findings.iodef.xml"
exits 64 "one that is none" e export nonsense
says "where to look" "entente export"

# IODEF: what left comes in as the same findings elsewhere; a hash has no form there, what is red stays.
ok "as IODEF" e export iodef
cp .out findings.iodef.xml
says "what was left out by its mark" "1 is marked closer than TLP:AMBER"
says "what has no form" "1 has no place in this form"
ok "another node takes it in" "$ENTENTE" ingest --node other findings.iodef.xml -q
e query --json --limit 0 --sort id | grep -o '"id":"F[0-9A-Z]*","place":"[^"]*"' | grep -v "45.40.0.0\|e3b0c442" >ours
"$ENTENTE" query --node other --json --limit 0 --sort id | grep -o '"id":"F[0-9A-Z]*","place":"[^"]*"' >theirs
same "the same findings" "$(cat theirs)" "$(cat ours)"
same "five of them" "$(grep -c . theirs)" 5
ok "with what is red" e export iodef --tlp RED
says "the network" "45.40.0.0/16"

# STIX: what leaves is STIX by our own check; contacts and agreements too, as kinds that are defined in the same file.
ok "as STIX" e export stix
cp .out findings.stix.json
ok "it is STIX" e objects validate findings.stix.json
same "observed data of five" "$(grep -o '"type":"observed-data"' findings.stix.json | wc -l | tr -d ' ')" 6
ok "a contact" e contacts --add abuse@net.example --scope asn --value 64500 --name Net
ok "contacts as STIX" e export stix-contacts
cp .out contacts.stix.json
says "how it is told" '"type":"entente-contact"'
says "and what that is" '"type":"extension-definition"'
ok "they are STIX" e objects validate contacts.stix.json
ok "and come in elsewhere" "$ENTENTE" objects import --node other contacts.stix.json
ok "agreements as STIX" e export stix-agreements
exits 64 "they take no filter" e export stix-agreements 192.0.2.1

# Lists.
ok "plain" e export plain
says "a resolver is on a warning list" "1 is on a warning list"
same "addresses, names, a hash" "$(sort .out | tr '\n' ' ')" "2a00:1450:4001::1 45.33.32.156 45.33.32.200 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 http://bad.example.com/kit/?a=1&b=<2> "
mkdir n/warnings
echo '{"name":"our own","type":"cidr","list":["45.33.32.128/26"]}' >n/warnings/own.json
ok "the node's own list counts" e export nftables
same "for each" "$(grep -c '45.33.32.156\|8.8.8.8' .out)" 0
says "the rest is there" "45.33.32.200"
ok "for Suricata too" e export suricata --tlp RED
same "no warned one" "$(grep -c '45.33.32.156\|8.8.8.8' .out)" 0
says "the rest" "45.40.0.0/16"
ok "doctor" e doctor
says "it names the list" "own.json"
echo '{"name":"broken"' >n/warnings/broken.json
exits 1 "doctor on a list that is none" e doctor
says "it says which" "broken.json"
ok "the others still count" e export plain
same "without the broken one" "$(grep -c '45.33.32.156' .out)" 0
if command -v nft >/dev/null && nft list tables >/dev/null 2>&1; then
	e export nftables >x.nft 2>/dev/null
	ok "nft takes it" nft -c -f x.nft
fi

# As MISP has it, and back: names, addresses with ports, hashes.
ok "as MISP" e export misp
cp .out misp.json
rm -rf other
node other
ok "another node takes it in" "$ENTENTE" ingest --node other misp.json -q
same "places" "$("$ENTENTE" query --node other --json --limit 0 --sort id | grep -o '"place":"[^"]*"' | sort | tr '\n' ' ')" \
	"$(e query --json --limit 0 --sort id | grep -o '"place":"[^"]*"' | grep -v 45.40.0.0 | sort | tr '\n' ' ')"

# A feed in a folder: two questions are two events, and the same question is the same event again.
ok "a feed" e export misp --class c2-server --to feed
ok "another question" e export misp --class phishing --to feed
ok "the first again" e export misp --class c2-server --to feed
same "two events" "$(find feed -name '????????-*.json' | wc -l | tr -d ' ')" 2
same "and the manifest names them" "$(grep -o '"[0-9a-f]\{8\}-[0-9a-f-]*":{' feed/manifest.json | tr -d '":{' | sort | tr '\n' ' ')" "$(find feed -name '????????-*.json' | sed 's,.*/,,; s/\.json//' | sort | tr '\n' ' ')"
same "the hash of a value" "$(grep -c "^$(printf 45.33.32.156 | md5sum | cut -d' ' -f1)," feed/hashes.csv)" 1
same "and of a port" "$(grep -c "^$(printf 8443 | md5sum | cut -d' ' -f1)," feed/hashes.csv)" 1
rm -rf other
node other
ok "another node takes the whole feed in" "$ENTENTE" ingest --node other feed -q
same "three findings" "$("$ENTENTE" query --node other --json --limit 0 | grep -o '"place":"' | wc -l | tr -d ' ')" 3
ok "a list into a folder" e export nftables --to lists
same "it is there" "$(ls lists)" findings.nft
echo '{' >feed/manifest.json
exits 65 "a manifest that is none" e export misp --class scanner --to feed
says "which file" "manifest.json"
same "nothing of it stays" "$(find feed -name '*tmp*' | wc -l | tr -d ' ')" 0
done_
