# sync.sh: sourced by the tests of exchanges, behind lib.sh and serve.sh: nodes es and fr
# with certificates, keys and an agreement on indicators up to GREEN; xx without one.

run() { n=$1; shift; "$ENTENTE" "$@" --node "$n"; }
key() { run "$1" partners key --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["key"])'; }
# objects FILE FROM COUNT: indicators marked GREEN.
objects() {
	python3 - "$@" <<'END'
import json, sys
first, count = int(sys.argv[2]), int(sys.argv[3])
json.dump({"objects": [{"type": "indicator", "spec_version": "2.1", "id": "indicator--00000000-0000-4000-8000-%012d" % n,
    "created": "2020-01-01T00:00:00.000Z", "modified": "2020-01-01T00:00:00.000Z", "pattern": "[ipv4-addr:value = '198.%d.%d.%d']" % (n >> 16 & 255, n >> 8 & 255, n & 255),
    "pattern_type": "stix", "valid_from": "2020-01-01T00:00:00Z", "object_marking_refs": ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"]}
    for n in range(first, first + count)]}, open(sys.argv[1], "w"))
END
}
# knows WHO WHOM: WHO has WHOM's key and certificate.
knows() {
	ok "$1 lets the certificate of $2 in" run "$1" account partner "$2" --certificate "$2/tls/certificate.pem" --scope findings.read,reports.add
	number=$(run "$1" account partners --json | python3 -c 'import json,sys; print([p["id"] for p in json.load(sys.stdin) if p["name"] == sys.argv[1]][0])' "$2")
	ok "$1 knows $2" run "$1" partners add "$2-cert" --key "$(key "$2")" --certificate "$number"
}
# sync_nodes NOTICE-DAYS
sync_nodes() {
	for n in es fr; do serve_node $n || exit 1; done
	node xx || exit 1
	for n in es fr xx; do ok "$n has a name" run $n partners self $n-cert; done
	cat fr/tls/certificate.pem xx/tls/certificate.pem >es/clients.pem
	cp es/tls/certificate.pem fr/clients.pem
	sed -i 's/^client_ca = .*/client_ca = clients.pem/' es/entente.conf fr/entente.conf
	knows es fr
	knows es xx
	knows fr es
	echo 'signed' >paper.txt
	echo 'We work together.' >en.txt
	cat >text.json <<END
{"form": "entente agreement 1", "id": "tc-1", "kind": "technical-cooperation", "version": 1,
 "titles": {"en": "Together"}, "authentic": ["en"],
 "lead": {"id": "es-cert", "name": "CERT ES", "country": "ES", "key": "$(key es)"},
 "parties": [{"id": "es-cert", "name": "CERT ES", "country": "ES", "key": "$(key es)", "role": "member"},
  {"id": "fr-cert", "name": "CERT FR", "country": "FR", "key": "$(key fr)", "role": "member"}],
 "in_force": {"count": 2, "delay_days": 0}, "term": {"days": 1000, "renewals": 0}, "notice_days": $1,
 "clauses": [{"number": 1, "category": "indicator", "purposes": ["protect"], "tlp": "GREEN",
  "personal": {"recipients": "removed", "accounts": "removed", "victims": "removed", "v4_bits": 24, "v6_bits": 48, "ground": ""},
  "retention_days": 90, "onward": "same-agreement", "excluded": ["expression", "children"]}]}
END
	ok "a text" run es agreements draft text.json --wording en=en.txt
	ok "opened" run es agreements open tc-1
	ok "es signs" run es agreements sign tc-1 --paper paper.txt
	publish
	ok "fr signs" run fr agreements sign tc-1 --paper paper.txt --out act.json
	ok "es takes the act" run es agreements receipts act.json
	publish
}
publish() {
	ok "the register" run es agreements export tc-1 --out register.jsonl
	ok "fr takes it" run fr agreements import register.jsonl
}
# held NODE COLLECTION: ids of what it holds there, one a line, in order.
held() { run "$1" objects export -c "$2" | grep -o '"id": *"indicator--[^"]*"' | sort; }
# row NODE NUMBER MEMBER: of an exchange.
row() { run "$1" sync list --json | python3 -c 'import json,sys; print([x[sys.argv[2]] for x in json.load(sys.stdin) if x["id"] == int(sys.argv[1])][0])' "$2" "$3"; }
# fixed NODE: the port that it got is its own from now on.
# shellcheck disable=SC2154 # lib.sh sets it
fixed() { sed -i "s/^listen = .*/listen = $(echo "$url" | sed 's,https://,,; s,/$,,')/" "$1/entente.conf"; }
