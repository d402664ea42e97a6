#!/bin/sh
# A party and the depositary take new keys within an agreement: by the old key, and
# where that one was lost; what the old keys are good for then; and who believes it.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"

day() { ENTENTE_NOW=$(date -u -d "$1" +%s); export ENTENTE_NOW; }
desk() { "$ENTENTE" "$@" --node desk; }
es() { "$ENTENTE" "$@" --node es; }
fr() { "$ENTENTE" "$@" --node fr; }
field() { python3 -c 'import json,sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
key() { "$ENTENTE" partners key --node "$1" --json | field key; }
mark() { "$ENTENTE" partners key --node "$1" --json | field fingerprint; }
# asked NODE PARTNER: what would it get: the rules, sorted.
asked() { "$ENTENTE" agreements ask --node "$1" --partner "$2" --purpose protect --json | grep -o '"rule":"[^"]*"' | sort -u | tr '\n' ' '; }
publish() {
	ok "the register" desk agreements export mou --out register.jsonl
	ok "es takes it" es agreements import register.jsonl
	ok "fr takes it" fr agreements import register.jsonl
}
passes() {
	who=$1
	shift
	ok "$who: $*" "$ENTENTE" agreements "$@" --node "$who" --paper paper.txt --out act.json
	ok "taken by the depositary" desk agreements receipts act.json
	publish
}

day 2026-06-19
for n in desk es fr; do node $n || exit 1; done
for n in es fr; do "$ENTENTE" ingest "$demo"/2026*.csv -q --node $n; done
echo 'signed on paper' >paper.txt
echo 'The parties fight spam together.' >en.txt
for n in desk es fr; do ok "$n has a name" "$ENTENTE" partners self $n-cert --node $n; done
for n in es fr; do ok "the depositary's key" "$ENTENTE" partners add desk-cert --key "$(key desk)" --node $n; done
ok "es knows fr" es partners add fr-cert --key "$(key fr)"
ok "fr knows es" fr partners add es-cert --key "$(key es)"
cat >mou.json <<END
{"form": "entente agreement 1", "id": "mou", "kind": "memorandum", "version": 1,
 "titles": {"en": "On spam"}, "authentic": ["en"],
 "lead": {"id": "desk-cert", "name": "Desk", "country": "", "key": "$(key desk)"},
 "parties": [{"id": "es-cert", "name": "CERT ES", "country": "ES", "key": "$(key es)", "role": "member"},
  {"id": "fr-cert", "name": "CERT FR", "country": "FR", "key": "$(key fr)", "role": "member"}],
 "in_force": {"count": 2, "delay_days": 0}, "term": {"days": 0, "renewals": 0}, "notice_days": 90,
 "clauses": [{"number":1,"category":"abuse-report","purposes":["protect"],"tlp":"AMBER","personal":{"recipients":"removed","accounts":"removed","victims":"reduced","v4_bits":24,"v6_bits":48,"ground":""},"retention_days":90,"onward":"none","excluded":["expression","children"]}]}
END
ok "a draft" desk agreements draft mou.json --wording en=en.txt
ok "opened" desk agreements open mou
publish
ok "asked for in French" fr agreements wording mou fr
says "the authentic one" 'authentic one in "en"'
says "itself" "fight spam together"
ok "a model, as files" es agreements draft --model project --id p-2026 --party es-cert --party fr-cert=expert --lead desk-cert --out model
same "in six languages" "$(ls model | tr '\n' ' ')" "agreement.json ar.txt en.txt es.txt fr.txt ru.txt zh.txt "
ok "changed, and drafted from there" sh -c 'sed -i "s/: 730/: 365/" model/agreement.json && "$ENTENTE" agreements draft model/agreement.json --node es $(for l in ar en es fr ru zh; do printf " --wording %s=model/%s.txt" $l $l; done)'
ok "another, kept at once" es agreements draft --model memorandum --id m-2026 --party es-cert --title "fr=Contre le spam"
same "its title in French" "$(es agreements show m-2026 -l fr --json | field title)" "Contre le spam"
exits 64 "a model that is none" es agreements draft --model treaty --id t
for n in es fr; do passes $n sign mou; passes $n deposit mou; done
same "in force" "$(es agreements show mou --json | field state)" "in-force"
flows=$(asked es fr-cert)
ok "something flows" sh -c "echo '$flows' | grep -q '\"agreement\"'"

# fr takes another key, by its old one.
day 2026-07-01
exits 75 "no next key yet" fr agreements rekey mou
says "how to make one" "entente partners rekey"
ok "a next key" fr partners rekey
first=$(fr partners rekey --json | field fingerprint)
ok "the same one, asked again" test "$first" = "$(fr partners rekey --json | field fingerprint)"
ok "its owner's alone" test "$(stat -c %a fr/party.key.next)" = 600
exits 75 "not before the agreement knows it" fr partners rekey --done
says "which one" '"mou" knows this node by its old key'
cp fr/party.key stolen.key
passes fr rekey mou
ok "the register shows it" es agreements show mou --json
says "whose" '"holder":"fr-cert"'
same "it flows on, by the chain" "$(asked es fr-cert)" "$flows"
same "and back" "$(asked fr es-cert)" "$flows"
ok "fr signs with the new key, before it has taken the old one's place" fr agreements reserve mou 1 --paper paper.txt --out act.json
ok "and is understood" desk agreements receipts act.json
publish
ok "it takes the old one's place" fr partners rekey --done
ok "and is the only one" test ! -e fr/party.key.next
same "by its fingerprint" "$(mark fr)" "$first"
passes fr withdraw-reservation mou 1
exits 66 "es confirms what nobody has" es partners rekey fr-cert --fingerprint "0000 0000 0000 0000 0000"
exits 65 "or too little" es partners rekey fr-cert --fingerprint "$(echo "$first" | cut -c1-4)"
ok "es confirms it" es partners rekey fr-cert --fingerprint "$first"
same "and nothing changes" "$(asked es fr-cert)" "$flows"

# A thief with the old key.
cp -a fr thief
cp stolen.key thief/party.key
ok "the thief's node" "$ENTENTE" partners self fr-cert --node thief
exits 77 "signs nothing" "$ENTENTE" agreements leave mou --paper paper.txt --node thief --out forged.json
says "why" "no longer has"

# es loses its key.
day 2026-07-10
mv es/party.key lost.key
ok "a next key" es partners rekey
next=$(es partners rekey --json | field fingerprint)
ok "what the depositary needs" es agreements rekey mou --lost --out request.json
exits 64 "not without a paper" desk agreements rekey mou request.json
exits 77 "not by a party" fr agreements rekey mou request.json --paper paper.txt
sed 's/es-cert/fr-cert/' request.json >other.json
exits 77 "not for another" desk agreements rekey mou other.json --paper paper.txt
ok "the depositary writes it down" desk agreements rekey mou request.json --paper paper.txt
publish
ok "with its receipt" desk agreements show mou --json
says "by whom" '"by":"desk-cert"'
same "fr's people have not looked: nothing flows" "$(asked fr es-cert)" '"rule":"no-agreement" '
ok "es ends the change" es partners rekey --done
same "by its fingerprint" "$(mark es)" "$next"
ok "fr confirms it" fr partners rekey es-cert --fingerprint "$next"
ok "and it flows" sh -c "'$ENTENTE' agreements ask --node fr --partner es-cert --purpose protect --json | grep -q '\"rule\":\"agreement\"'"
passes es reserve mou 1
exits 75 "the old key is of no more use" sh -c "cp lost.key es/party.key && '$ENTENTE' agreements leave mou --paper paper.txt --node es --out act.json"

# The depositary takes another key, too.
day 2026-07-20
ok "a next key" desk partners rekey
ok "told at once" desk agreements rekey mou
ok "taken" desk partners rekey --done
ok "the register" desk agreements export mou --out register.jsonl
ok "fr follows it" fr agreements import register.jsonl
ok "whoever enters the new key does, too" sh -c "'$ENTENTE' init --node new -q && '$ENTENTE' partners add desk-cert --key $(key desk) --node new && '$ENTENTE' agreements import register.jsonl --node new"
passes_fr() { fr agreements deposit mou --paper paper.txt --out act.json; }
exits 75 "a deposit that was made" passes_fr
ok "the audit log knows" desk audit
says "the change" "agreement.rekey"

# Two people: one proposes, and who sits at the machine alone says so.
ok "proposed" fr agreements leave mou --paper paper.txt --propose
ok "it waits" fr agreements proposals --json
says "unsigned" '"state":"open"'
exits 77 "not confirmed by the same one" fr agreements confirm 1
ok "taken back" fr agreements refuse 1
exits 75 "once" fr agreements confirm 1
sed -i 's/^two_people = auto/two_people = yes/' fr/entente.conf
ok "two are asked for" fr agreements reserve mou 1 --paper paper.txt --out act.json
says "and one did it" "by you alone"
ok "which is in the log" fr audit --json
says "for ever" "alone, at the machine"
done_
