#!/bin/sh
# Two nodes that poll and push, each from and to the other, over TLS with their
# certificates, under an agreement: in the end both hold the same, each object once. A
# third gets nothing. One leaves, and at the date of it the flow stops, on both sides.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
. "$ENTENTE_SOURCE/tests/e2e/serve.sh"
. "$ENTENTE_SOURCE/tests/e2e/sync.sh"
sync_nodes 30
objects es.json 0 2500
objects fr.json 5000 1200
ok "what es has" run es objects import es.json
ok "what fr has" run fr objects import fr.json
serve es
es=$server es_url=$url
fixed es
serve fr
fr=$server fr_url=$url
fixed fr

ok "fr looks what there is" run fr sync collections "${es_url}taxii2/" --auth certificate --ca es/tls/certificate.pem
says "a collection that it may read and write" "local  local  yes   yes"
exits 77 "who is not known sees nothing" run fr sync collections "${es_url}taxii2/" --ca es/tls/certificate.pem
says "and is told why" "it does not know who we are (401)"
exits 77 "a certificate that nobody trusts" run fr sync collections "${es_url}taxii2/" --auth certificate
says "is not trusted" "its certificate is not one that we trust"
pin=sha256//$(openssl x509 -in es/tls/certificate.pem -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64)
ok "a key that was pinned will do" run fr sync collections "${es_url}taxii2/" --auth certificate --pin "$pin"
exits 77 "another key will not" run fr sync collections "${es_url}taxii2/" --auth certificate --pin "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

exits 65 "without TLS, not beyond this machine" run fr sync add es-cert poll local --url http://es.example/taxii2/entente/
exits 66 "nobody of this name" run fr sync add nobody poll local --url https://es.example/taxii2/entente/
ok "fr polls" run fr sync add es-cert poll local --url "${es_url}taxii2/entente/" --ca es/tls/certificate.pem --every 10
ok "fr pushes" run fr sync add es-cert push local --url "${es_url}taxii2/entente/" --ca es/tls/certificate.pem --every 10
ok "es polls" run es sync add fr-cert poll local --url "${fr_url}taxii2/entente/" --ca fr/tls/certificate.pem --every 10
ok "es pushes" run es sync add fr-cert push local --url "${fr_url}taxii2/entente/" --ca fr/tls/certificate.pem --every 10
exits 75 "the same once more" run es sync add fr-cert push local --url "${fr_url}taxii2/entente/"
alike() {
	held es local >es.ids && held fr local >fr.ids && [ "$(wc -l <es.ids)" = "$1" ] && cmp -s es.ids fr.ids
}
wait_for "both hold all, by themselves" 60 alike 3700
wait_for "and say that all went well" 30 sh -c 'for n in es fr; do "$ENTENTE" sync --node $n --json | grep -c "\"state\":\"waiting\".*\"error\":null" | grep -q 2 || exit 1; done'
for n in es fr; do
	same "each object once at $n" "$(sort $n.ids | uniq -d | wc -l | tr -d ' ')" 0
	same "nothing was refused at $n" "$(row $n 1 refused) $(row $n 2 refused)" "0 0"
done
# What both took at the same time may come by both ways: it is known then, and counted so.
came() { echo $(($(row "$1" 1 received) - $(row "$1" 1 known))); }
[ "$(came fr)" -le 2500 ] || same "fr counts no more than there were" "$(came fr)" "at most 2500"
same "what is es' own is nobody else's" "$(run es objects collections --json | grep -c '"local"')" 1

# The API and the figures say the same.
ok "a token" run es account token ana --name sync --json --scope agreements.read,metrics
read_token=$(sed 's/.*"token":"\([^"]*\)".*/\1/' .out)
same "the API lists it" "$(curl -sk -m 20 -H "Authorization: Bearer $read_token" "${es_url}api/v1/sync" | python3 -c '
import json, sys
x = json.load(sys.stdin)["items"]
print([(r["id"], r["partner"], r["direction"], r["state"]) for r in x])
assert sorted(x[0]) == sorted("id partner url direction remote local purpose state last_try last_ok next_try failures error received known refused sent".split())')" \
	"[(1, 'fr-cert', 'poll', 'waiting'), (2, 'fr-cert', 'push', 'waiting')]"
same "the figures know it" "$(curl -sk -m 20 -H "Authorization: Bearer $read_token" "${es_url}metrics" | grep -c '^entente_courier_up 1$')" 1

# Later objects, and a later version of one: only what is new goes.
objects more.json 9000 7
type='application/taxii+json;version=2.1'
es_token=$(run es account token ana --name more --json --scope findings.read,reports.add | sed 's/.*"token":"\([^"]*\)".*/\1/')
post() { curl -sk -m 60 -o body -w '%{http_code}' -X POST -H "Authorization: Bearer $es_token" -H "Accept: $type" -H "Content-Type: $type" --data-binary @"$1" "${es_url}taxii2/entente/collections/local/objects/"; }
same "es gets more" "$(post more.json)" 202
before=$(row fr 1 received)
ok "now" run fr sync now 1
says "the server does it" "the node's server does it now"
wait_for "fr has them" 30 alike 3707
[ "$(($(row fr 1 received) - before))" -le 7 ] || same "what is new alone" "$(($(row fr 1 received) - before))" 7

# Who has no agreement gets nothing, whatever it calls itself.
ok "xx knows es" run xx partners add es-cert --key "$(key es)"
ok "xx would poll" run xx sync add es-cert poll local --url "${es_url}taxii2/entente/" --ca es/tls/certificate.pem
exits 1 "xx polls" run xx sync now
says "nothing flows without an agreement" "no agreement with \"es-cert\" is in force: nothing is exchanged"
ok "xx takes it for a public feed" run xx partners add es-feed --kind taxii
ok "xx would poll that" run xx sync add es-feed poll local --url "${es_url}taxii2/entente/" --ca es/tls/certificate.pem --auth certificate
exits 1 "xx polls" run xx sync now 2
says "es shows it nothing" "there is no such collection, or none that we may see (404)"
same "xx has nothing" "$(held xx local | wc -l | tr -d ' ')" 0

# fr gives notice. Until it has run out all goes on; then nothing does.
ok "fr leaves" run fr agreements leave tc-1 --paper paper.txt --out act.json
ok "es takes it" run es agreements receipts act.json
publish
objects later.json 9100 5
same "es gets more" "$(post later.json)" 202
ok "now" run fr sync now 1
wait_for "the notice has not run out" 30 alike 3712
kill "$es" "$fr"
wait "$es"
same "es ends in order" $? 0
wait "$fr"
same "fr ends in order" $? 0
after=$(($(date +%s) + 31 * 86400))
objects last.json 9200 3
ok "es gets more" run es objects import last.json
ENTENTE_NOW=$after
export ENTENTE_NOW
exits 1 "fr polls after it has run out" run fr sync now
says "nothing flows any more" "no agreement with \"es-cert\" is in force: nothing is exchanged"
unset ENTENTE_NOW
# The other side holds to it by itself: fr lives in the past here.
sed -i "s/^\[node\]/[node]\nclock = $(date -u -d "@$after" +%Y-%m-%dT%H:%M:%SZ)/" es/entente.conf
serve es
exits 1 "fr, that still believes in it, polls" run fr sync now 1
says "es shows nothing any more" "there is no such collection, or none that we may see (404)"
exits 1 "and pushes" run fr sync now 2
same "fr got nothing of it" "$(held fr local | wc -l | tr -d ' ')" 3712
kill "$server"
wait "$server"
done_
