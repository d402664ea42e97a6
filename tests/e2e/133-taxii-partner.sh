#!/bin/sh
# Two nodes under an agreement over TLS with a client's certificate: what the clauses
# say goes, nothing else, and all of it is written down; a third gets nothing; one
# leaves, and the flow stops.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
. "$ENTENTE_SOURCE/tests/e2e/serve.sh"
serve_node es || exit 1
for n in fr xx; do node $n || exit 1; done
# Self-signed certificates are their own authority.
cat fr/tls/certificate.pem xx/tls/certificate.pem >es/clients.pem
sed -i 's/^client_ca = .*/client_ca = clients.pem/' es/entente.conf
es() { "$ENTENTE" "$@" --node es; }
fr() { "$ENTENTE" "$@" --node fr; }
key() { "$ENTENTE" partners key --node "$1" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["key"])'; }
for n in es fr xx; do ok "$n has a name" "$ENTENTE" partners self $n-cert --node $n; done
for n in fr xx; do
	ok "the certificate of $n" es account partner $n --certificate $n/tls/certificate.pem --scope findings.read,reports.add
	number=$(es account partners --json | python3 -c 'import json,sys; print([p["id"] for p in json.load(sys.stdin) if p["name"] == sys.argv[1]][0])' $n)
	ok "es knows $n" es partners add $n-cert --key "$(key $n)" --certificate "$number"
done
ok "fr knows es" fr partners add es-cert --key "$(key es)"

# What es has: of each category and mark one.
python3 - <<'END'
import json
def make(type, n, **more):
    o = {"type": type, "spec_version": "2.1", "id": "%s--00000000-0000-4000-8000-%012d" % (type, n),
         "created": "2020-01-01T00:00:00.000Z", "modified": "2020-01-01T00:00:00.000Z"}
    o.update(more)
    return o
def indicator(n, ip, mark=None):
    o = make("indicator", n, pattern="[ipv4-addr:value = '%s']" % ip, pattern_type="stix", valid_from="2020-01-01T00:00:00Z")
    if mark: o["object_marking_refs"] = ["marking-definition--" + mark]
    return o
GREEN, AMBER, RED = "bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "55d920b0-5e8b-4f79-9ee9-91f868d9b421", "e828b379-4e03-4974-9ac4-e53a884c97c1"
STRICT = "939a9414-2ddd-4d32-a0cd-375ea402b003"
granular = indicator(6, "45.33.32.6", GREEN)
granular["granular_markings"] = [{"marking_ref": "marking-definition--" + RED, "selectors": ["pattern"]}]
objects = [indicator(1, "45.33.32.1", GREEN), indicator(2, "45.33.32.2", AMBER), indicator(3, "45.33.32.3", RED),
           indicator(4, "45.33.32.4", STRICT), indicator(5, "45.33.32.5"), granular,
           make("note", 7, content="a case", object_refs=["indicator--00000000-0000-4000-8000-000000000001"]),
           make("identity", 8, name="Ana", identity_class="individual")]
json.dump({"objects": objects}, open("ours.json", "w"))
theirs = [indicator(21, "45.33.33.21", GREEN), indicator(22, "45.33.33.22", AMBER), make("note", 23, content="x", object_refs=["indicator--00000000-0000-4000-8000-000000000021"])]
json.dump({"objects": theirs}, open("theirs.json", "w"))
END
ok "a collection" es objects import ours.json
serve es
type='application/taxii+json;version=2.1'
root="${url}taxii2/entente/"
# as WHO ...: with its node's own certificate.
as() {
	who=$1
	shift
	curl -sk -m 60 --cert "$who/tls/certificate.pem" --key "$who/tls/key.pem" -H "Accept: $type" "$@"
}
# gets WHO: the last two digits of what it gets, in order.
gets() { as "$1" "${root}collections/local/objects/?limit=100" | grep -o '"id": *"[a-z-]*--00000000-0000-4000-8000-0000000000[0-9]*"' | grep -o '[0-9]*"$' | tr -d '"' | sed 's/.*\(..\)$/\1/' | tr '\n' ' '; }

# Without an agreement: no collection at all.
same "no collection" "$(as fr "${root}collections/")" "{}"
same "none by its name" "$(as fr -o body -w '%{http_code}' "${root}collections/local/objects/")" 404
same "nobody is nobody" "$(curl -sk -o body -w '%{http_code}' "${root}collections/")" 401

# An agreement of technical cooperation: indicators up to GREEN, both ways.
echo 'signed' >paper.txt
echo 'We work together.' >en.txt
cat >text.json <<END
{"form": "entente agreement 1", "id": "tc-1", "kind": "technical-cooperation", "version": 1,
 "titles": {"en": "Together"}, "authentic": ["en"],
 "lead": {"id": "es-cert", "name": "CERT ES", "country": "ES", "key": "$(key es)"},
 "parties": [{"id": "es-cert", "name": "CERT ES", "country": "ES", "key": "$(key es)", "role": "member"},
  {"id": "fr-cert", "name": "CERT FR", "country": "FR", "key": "$(key fr)", "role": "member"}],
 "in_force": {"count": 2, "delay_days": 0}, "term": {"days": 1000, "renewals": 0}, "notice_days": 0,
 "clauses": [{"number": 1, "category": "indicator", "purposes": ["protect"], "tlp": "GREEN",
  "personal": {"recipients": "removed", "accounts": "removed", "victims": "removed", "v4_bits": 24, "v6_bits": 48, "ground": ""},
  "retention_days": 90, "onward": "none", "excluded": ["expression", "children"]},
  {"number": 2, "category": "abuse-report", "purposes": ["protect"], "tlp": "GREEN",
  "personal": {"recipients": "removed", "accounts": "removed", "victims": "removed", "v4_bits": 24, "v6_bits": 48, "ground": ""},
  "retention_days": 90, "onward": "none", "excluded": ["expression", "children"]}]}
END
publish() {
	ok "the register" es agreements export tc-1 --out register.jsonl
	ok "fr takes it" fr agreements import register.jsonl
}
ok "a text" es agreements draft text.json --wording en=en.txt
ok "opened" es agreements open tc-1
ok "es signs" es agreements sign tc-1 --paper paper.txt
publish
same "one signature is none" "$(as fr "${root}collections/")" "{}"
ok "fr signs" fr agreements sign tc-1 --paper paper.txt --out act.json
ok "es takes the act" es agreements receipts act.json
publish

same "fr sees the collection" "$(as fr "${root}collections/" | grep -c '"alias":"local"')" 1
same "and what the clause says: GREEN, no case, nobody's name" "$(gets fr)" "01 "
same "the manifest says no more" "$(as fr "${root}collections/local/manifest/" | grep -o '"id": *"' | wc -l | tr -d ' ')" 1
same "an object that is not for it is not there" "$(as fr -o body -w '%{http_code}' "${root}collections/local/objects/indicator--00000000-0000-4000-8000-000000000003/")" 404
same "a third gets nothing" "$(as xx "${root}collections/") $(gets xx)" "{} "
same "es itself sees all" "$(curl -sk -m 60 -H "$auth" -H "Accept: $type" "${root}collections/local/objects/" | grep -o '"spec_version"' | wc -l | tr -d ' ')" 8
ok "what went, and why not the rest" es agreements transfers --partner fr-cert --json
same "what went" "$(python3 -c 'import json; print(len({t["record"] for t in json.load(open(".out")) if t["allowed"] in (True, "yes")}))')" 1
same "why not the rest" "$(python3 -c '
import json
print(sorted({(t["rule"]) for t in json.load(open(".out")) if t["allowed"] in (False, "no")}))')" "['category', 'tlp']"
exits 75 "while the server runs it is the one that writes" es objects import ours.json

# What fr sends comes in as far as the agreement says, under its clause.
same "fr sends" "$(as fr -o body -w '%{http_code}' -X POST -H "Content-Type: $type" --data-binary @theirs.json "${root}collections/local/objects/")" 202
same "one is taken, two are not" "$(python3 -c 'import json; s = json.load(open("body")); print(s["success_count"], s["failure_count"])')" "1 2"
same "and the reason is told" "$(grep -c 'no agreement covers it' body)" 1
same "xx cannot" "$(as xx -o body -w '%{http_code}' -X POST -H "Content-Type: $type" --data-binary @theirs.json "${root}collections/local/objects/")" 404
same "a partner takes nothing out" "$(as fr -o body -w '%{http_code}' -X DELETE "${root}collections/local/objects/indicator--00000000-0000-4000-8000-000000000001/")" 403
same "what came under a clause goes back, and no further" "$(gets fr) $(gets xx)" "01 21  "

# What fr's indicator met here is told to fr, and to nobody else.
printf '[{"classification.type":"scanner","source.ip":"45.33.33.21"},{"classification.type":"scanner","source.ip":"45.33.33.21","tlp":"AMBER"}]' >report.json
ok "a report" curl -skf -m 60 -H "$auth" -H 'X-Filename: report.json' --data-binary @report.json -o taken "${url}api/v1/reports"
seen() { es indicators --seen --json | grep -q '45.33.33.21'; }
wait_for "it met the indicator" 30 seen
stop
ok "a sighting of it" es indicators share --json
same "of one indicator" "$(tr -d ' \n' <.out)" '{"sightings":1}'
serve es
root="${url}taxii2/entente/"
sighted() { as "$1" "${root}collections/sightings/objects/" | python3 -c '
import json, sys
print([(o["sighting_of_ref"][-2:], o["count"]) for o in json.load(sys.stdin).get("objects", []) if o["type"] == "sighting"])'; }
same "fr hears of it; not of what its source marked closer" "$(sighted fr)" "[('21', 1)]"
same "xx does not" "$(as xx -o body -w '%{http_code}' "${root}collections/sightings/objects/")" 404

# One leaves, and the flow stops.
ok "fr leaves" fr agreements leave tc-1 --paper paper.txt --out act.json
ok "es takes it" es agreements receipts act.json
same "nothing more" "$(as fr "${root}collections/")" "{}"
same "no object" "$(as fr -o body -w '%{http_code}' "${root}collections/local/objects/")" 404
stop
same "a clean end" "$status" 0

# A hundred days later: its time is over.
sed -i '/^clock = /d' es/entente.conf
sed -i "s/^\[node\]$/[node]\nclock = $(date -u -d '+100 days' +%Y-%m-%dT%H:%M:%SZ)/" es/entente.conf
there() { es objects list --limit 0 --json -c "$1" | grep -o '00000000-0000-4000-8000-0000000000[0-9]*' | sed 's/.*\(..\)$/\1/' | sort -u | tr '\n' ' '; }
same "before" "$(there local)" "01 02 03 04 05 06 07 08 21 "
ok "swept" es agreements sweep --json
same "one record, its sighting too" "$(tr -d ' \n' <.out)" '{"records":1,"objects":2}'
same "ours stay" "$(there local)" "01 02 03 04 05 06 07 08 "
ok "doctor finds it whole" es doctor
done_
