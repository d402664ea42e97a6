#!/bin/sh
# Three nodes and a memorandum: a depositary keeps the register, two parties join,
# one of them asks what the other would get; reservation, notice, end of the flow;
# and what somebody makes of a register that was changed.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"

day() { ENTENTE_NOW=$(date -u -d "$1" +%s); export ENTENTE_NOW; }
desk() { "$ENTENTE" "$@" --node desk; }
es() { "$ENTENTE" "$@" --node es; }
fr() { "$ENTENTE" "$@" --node fr; }
key() { "$ENTENTE" partners key --node "$1" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["key"])'; }
# state NODE DATE: of the agreement, and of the two parties.
state() {
	"$ENTENTE" agreements show mou-2026 --node "$1" --date "$2" --json | python3 -c '
import json, sys
d = json.load(sys.stdin)
print(d["state"], *[p["id"] + "=" + p["state"] for p in d["parties"]])'
}
# asked DATE [OPTION...]: what fr would get of es: goes, rule, agreement, clause, number.
asked() {
	at=$1
	shift
	"$ENTENTE" agreements ask --node es --partner fr-cert --purpose protect --date "$at" --json "$@" | python3 -c '
import json, sys
for r in json.load(sys.stdin): print(r["allowed"], r["rule"], r["agreement"], r["clause"], r["findings"])'
}
# passes ACT...: an act of es or fr, by the depositary's hands, and the register to all.
passes() {
	who=$1
	shift
	ok "$who: $*" "$ENTENTE" agreements "$@" --node "$who" --paper paper.txt --out act.json
	says "it is to be sent" "send the line there"
	ok "taken by the depositary" desk agreements receipts act.json
	publish
}
publish() {
	ok "the register" desk agreements export mou-2026 --out register.jsonl
	ok "es takes it" es agreements import register.jsonl
	ok "fr takes it" fr agreements import register.jsonl
}

day 2026-06-19
for n in desk es fr; do node $n || exit 1; done
es ingest "$demo"/2026*.csv "$demo/complaint-arf.eml" "$demo/complaint-xarf.json" -q
total=$(es query --json --limit 0 | grep -c '"id"')

echo 'signed on paper' >paper.txt

# Names and keys, as people compare them.
for n in desk es fr; do ok "$n has a name" "$ENTENTE" partners self $n-cert --node $n; done
ok "its key is its owner's alone" test "$(stat -c %a es/party.key)" = 600
ok "shown again" es partners key
for n in es fr; do
	ok "the depositary's key" "$ENTENTE" partners add desk-cert --name Desk --key "$(key desk)" --node $n
done
ok "es knows fr" es partners add fr-cert --country FR --key "$(key fr)"
exits 64 "a key that is none" es partners key fr-cert --key paper.txt
exits 75 "another key, by accident" es partners key fr-cert --key "$(key desk)"
ok "in a list" es partners list
says "by its fingerprint" "$(fr partners key | grep fingerprint | sed 's/.*  //')"

# A text in two languages.
echo 'The parties fight spam together.' >en.txt
echo 'Las partes luchan juntas contra el spam.' >es.txt
clause() {
	printf '{"number":%s,"category":"%s","purposes":[%s],"tlp":"%s","personal":{"recipients":"removed","accounts":"removed","victims":"reduced","v4_bits":24,"v6_bits":48,"ground":""},"retention_days":90,"onward":"none","excluded":["expression","children"]}' "$@"
}
cat >mou.json <<END
{"form": "entente agreement 1", "id": "mou-2026", "kind": "memorandum", "version": 1,
 "titles": {"en": "On spam", "es": "Sobre el spam"}, "authentic": ["en", "es"],
 "lead": {"id": "desk-cert", "name": "Desk", "country": "", "key": "$(key desk)"},
 "parties": [{"id": "es-cert", "name": "CERT ES", "country": "ES", "key": "$(key es)", "role": "member"},
  {"id": "fr-cert", "name": "CERT FR", "country": "FR", "key": "$(key fr)", "role": "member"}],
 "in_force": {"count": 2, "delay_days": 30}, "term": {"days": 1000, "renewals": 0}, "notice_days": 90,
 "clauses": [$(clause 1 abuse-report '"notify","protect"' GREEN), $(clause 2 indicator '"protect"' AMBER)]}
END
sed 's/GREEN/RED/' mou.json >red.json
exits 65 "a clause that lets RED go" desk agreements draft red.json --wording en=en.txt --wording es=es.txt
says "which one" "clause 1: tlp"
ok "a draft without its wordings" desk agreements draft mou.json --wording en=en.txt --wording es=es.txt
same "a draft" "$(state desk 2026-06-19)" "draft"
ok "anew, as it is a draft" desk agreements draft mou.json --wording en=en.txt --wording es=es.txt
ok "a draft is anybody's" es agreements draft mou.json --wording en=en.txt --wording es=es.txt
exits 77 "opened by the lead alone" es agreements open mou-2026
ok "opened" desk agreements open mou-2026
same "open" "$(state desk 2026-06-19)" "open es-cert=invited fr-cert=invited"
exits 75 "its text stands" desk agreements draft mou.json --wording en=es.txt --wording es=en.txt
publish
ok "what it says" es agreements wording mou-2026 es
says "in Spanish" "luchan juntas"

# From invited to in force.
same "nothing flows" "$(asked 2026-06-19)" "no not-in-force mou-2026 None $total"
passes es sign mou-2026
exits 75 "what makes no sense is said before it is sent" es agreements sign mou-2026 --paper paper.txt
says "why" "it has signed already"
exits 64 "a deposit has a paper" es agreements deposit mou-2026
passes fr sign mou-2026
day 2026-06-20
passes es deposit mou-2026
exits 65 "twice" desk agreements receipts act.json
day 2026-06-21
passes fr deposit mou-2026
same "deposited" "$(state fr 2026-06-21)" "open es-cert=deposited fr-cert=deposited"
same "the day before" "$(state fr 2026-07-20)" "open es-cert=deposited fr-cert=deposited"
same "in force 30 days later" "$(state fr 2026-07-21)" "in-force es-cert=in-force fr-cert=in-force"

# What would fr get, and why not the rest?
asked 2026-07-20 >before.txt
same "nothing before" "$(cat before.txt)" "no not-in-force mou-2026 None $total"
asked 2026-07-21 >after.txt
goes=$(awk '$1 == "yes" { print $5 }' after.txt)
ok "something goes" test "${goes:-0}" -gt 0
same "by the clause" "$(awk '$1 == "yes" { print $2, $3, $4 }' after.txt)" "agreement mou-2026 1"
same "every finding is answered for" "$(awk '{ n += $5 } END { print n }' after.txt)" "$total"
ok "a row a finding" es agreements ask --partner fr-cert --date 2026-07-21 --findings --limit 0 --json
same "all of them" "$(grep -c '"finding"' "$work/.out")" "$total"
same "as many go" "$(grep -c '"allowed":"yes"' "$work/.out")" "$goes"
ok "for people" es agreements ask --partner fr-cert --date 2026-07-21
says "how it is reduced" "victims=reduced/24/48 retention=90"
same "not for another purpose" "$("$ENTENTE" agreements ask --node es --partner fr-cert --purpose statistics --date 2026-07-21 --json | grep -c '"allowed":"yes"')" "0"
same "asking writes nothing" "$(es agreements transfers --json)" "[]"
exits 66 "nobody" es agreements ask --partner nobody

# A reservation and back.
day 2026-08-01
passes fr reserve mou-2026 1
same "reserved" "$(asked 2026-08-01 | grep -c "no reservation mou-2026 1 $goes\$")" "1"
same "not the day before" "$(asked 2026-07-31 | grep -c "yes agreement mou-2026 1 $goes\$")" "1"
day 2026-08-02
passes fr withdraw-reservation mou-2026 1
same "and back" "$(asked 2026-08-02 | grep -c "yes agreement mou-2026 1 $goes\$")" "1"

# Leaving: the notice counts from the receipt.
day 2026-08-10
ok "fr leaves" fr agreements leave mou-2026 --paper paper.txt --out act.json
day 2026-08-13
ok "received three days later" desk agreements receipts act.json
publish
same "on its way out" "$(state es 2026-08-13)" "in-force es-cert=in-force fr-cert=withdrawal-notified"
same "it still flows on the last day" "$(asked 2026-11-10 | grep -c "yes agreement")" "1"
same "then it does not" "$(asked 2026-11-11)" "no left mou-2026 None $total"
same "left" "$(state es 2026-11-11)" "in-force es-cert=in-force fr-cert=left"

# What others make of the register.
ok "verified by who has no node of it" es agreements verify register.jsonl
says "the lead's fingerprint" "$(desk partners key | grep fingerprint | sed 's/.*  //')"
sed '5s/2026-06-19/2026-06-18/' register.jsonl >changed.jsonl
exits 77 "an act that was changed" es agreements import changed.jsonl
says "which one" "act 3"
sed 5d register.jsonl >cut.jsonl
exits 65 "an act left out" es agreements verify cut.jsonl
says "where" "act 3"
sed 's/"tlp":"GREEN"/"tlp":"AMBER"/' register.jsonl >wider.jsonl
exits 65 "a wider clause" es agreements verify wider.jsonl
ok "nothing of it was taken" test "$(state es 2026-11-11)" = "in-force es-cert=in-force fr-cert=left"
node xx || exit 1
exits 77 "whose key it is must be known" "$ENTENTE" agreements import register.jsonl --node xx
says "how to enter it" "entente partners key"

ok "what was done is in the audit log" desk audit
says "by its name" "agreement.receipt"
ok "which is whole" desk audit verify
ok "the list" es agreements list --date 2026-11-11
says "where we stand" "in-force"
ok "doctor has nothing to say" es doctor
says "of agreements" "1 verified, 0 that cannot be"

# The same by the server: a web process answers, the keeper signs.
. "$ENTENTE_SOURCE/tests/e2e/serve.sh"
day 2026-08-20
ok "a person who signs" sh -c 'echo "correct horse battery 9" | "$ENTENTE" account add co --node es --role coordinator --password-file - -q'
sed -i 's/^listen = .*/listen = 127.0.0.1:0/' es/entente.conf
serve es
curl -sk -m 20 -c jar -o "$work/.out" -H "Origin: ${url%/}" -H 'Content-Type: application/json' \
	-d '{"name":"co","password":"correct horse battery 9"}' "${url}api/v1/session"
csrf=$(curl -sk -m 20 -b jar "${url}api/v1/me" | sed -n 's/.*"csrf":"\([^"]*\)".*/\1/p')
ask_http() { curl -sk -m 20 -b jar "$url$1"; }
post_http() { curl -sk -m 20 -b jar -o "$work/.out" -w '%{http_code}' -H "Origin: ${url%/}" -H "X-CSRF-Token: $csrf" -H 'Content-Type: application/json' -d "$2" "$url$1"; }
same "the list" "$(ask_http api/v1/agreements | grep -o '"state":"[^"]*"')" '"state":"in-force"'
same "what fr would get" "$(ask_http 'api/v1/transfers/ask?partner=fr-cert' | grep -o '"rule":"agreement","agreement":"mou-2026","clause":1')" '"rule":"agreement","agreement":"mou-2026","clause":1'
same "and after it has left" "$(ask_http 'api/v1/transfers/ask?partner=fr-cert&date=2026-11-11' | grep -o '"rule":"[^"]*"')" '"rule":"left"'
ask_http api/v1/agreements/mou-2026/register >http.jsonl
ok "the same register" cmp http.jsonl register.jsonl
same "an act by the page's way" "$(post_http api/v1/agreements/mou-2026/acts "{\"act\":\"reserved\",\"clause\":2,\"paper\":\"$(sha256sum paper.txt | cut -d' ' -f1)\"}")" "201"
python3 -c 'import json; print(json.load(open(".out"))["line"])' >act.json
same "that is to be sent" "$(grep -o '"kept":[a-z]*' .out)" '"kept":false'
ok "and is taken" desk agreements receipts act.json
same "an act that makes no sense" "$(post_http api/v1/agreements/mou-2026/acts '{"act":"opened","paper":"none"}')" "400"
stop
same "it ends well" "$status" 0
ok "nothing was killed" test "$(grep -c 'died\|signal' "$work/serve.log")" = 0
done_
