#!/bin/sh
# The directory: out as vCard, CSV and JSON and into another node; contacts are asked
# by mail, answer with the word, are called, and their pages are looked at; whom the
# stream tells for a country follows from it.
# shellcheck disable=SC1010 # "do" is a verb of ours
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"

at() { ENTENTE_NOW=$(date -u -d "$1" +%s); export ENTENTE_NOW; }
desk() { "$ENTENTE" desk "$@" --node n; }
id() { desk list "$1" --text "$2" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["id"])'; }
live() { desk check list --json | python3 -c 'import json,sys; print([r["state"] for r in json.load(sys.stdin) if r["id"] == sys.argv[1]][0])' "$1"; }

at 2026-09-01
for n in n other; do
	ok "a node" "$ENTENTE" init --node $n --mail desk@x.example -q
	for who in kim kai; do ok "$who" "$ENTENTE" account add $who --role coordinator --node $n -q </dev/null; done
done
echo letter >letter.txt
for f in lead csirt; do
	ok "$f" desk new focal-point country=KE function=$f name="$f of Kenya" person="Jane Roe" mail=$f@ke.example from=2026-01-01 language=fr url=https://ke.example/.well-known/security.txt --as kim
	ok "proposed" desk do designate "$(id focal-point "$f of")" letter=@letter.txt checked_by=called --as kim
	ok "approved" desk approve "$(id focal-point "$f of")" --as kai
done
lead=$(id focal-point "lead of")
csirt=$(id focal-point "csirt of")
ok "the stream's contacts" "$ENTENTE" contacts --node n
says "the CSIRT answers for the country" "csirt@ke.example"

# --- out and in
for f in vcard csv json; do
	ok "out as $f" desk directory --format $f --out dir.$f
	same "no person is named" "$(grep -c Jane dir.$f)" 0
	ok "looked at" "$ENTENTE" desk import dir.$f --format $f --dry-run --as kim --node other
	ok "in from $f" "$ENTENTE" desk import dir.$f --format $f --as kim --node other
done
same "each once" "$("$ENTENTE" desk list focal-point --node other --json | grep -c '"id"')" 2
same "as proposals" "$("$ENTENTE" desk list focal-point --state proposed --node other --json | grep -c '"id"')" 2
printf 'kind,function,country,name,mail\nfocal-point,lead,XX,Nobody,x@x.example\n' >bad.csv
exits 1 "a row that is bad" "$ENTENTE" desk import bad.csv --as kim --node other
says "says why" "no country"

# --- asked
same "not yet" "$(live "$lead")" unverified
ok "asked" desk check run
says "both" 2
same "two mails" "$(find n/outbox/new -name '*.eml' | wc -l)" 2
mail=$(grep -l 'To: <lead@ke.example>' n/outbox/new/*.eml)
same "in its language" "$(grep -c '^Content-Language: fr' "$mail")" 1
word=$(grep -o 'ENTENTE-[0-9A-Z]*' "$mail" | tail -1)
ok "not again today" desk check run
same "no further mail" "$(find n/outbox/new -name '*.eml' | wc -l)" 2
exits 65 "a word of no question" desk check answer ENTENTE-AAAAAAAAAAAAAAAAAAAAAAAAAA
printf 'From: lead@ke.example\nSubject: Re: x\n\n> %s\nyes\n' "$word" >answer.eml
printf 'From: x\nAuto-Submitted: auto-replied\n\n> %s\n' "$word" >away.eml
exits 65 "an absence is no answer" desk check answer away.eml
ok "a mail with the word" desk check answer answer.eml
same "alive" "$(live "$lead")" alive
at 2026-09-25
same "late" "$(live "$csirt")" late
exits 77 "a call is a coordinator's" desk check call "$csirt"
ok "a call" desk check call "$csirt" --as kim
exits 77 "confirmed by the same" desk check confirm 3 --as kim
ok "confirmed by another" desk check confirm 3 --as kai
same "alive" "$(live "$csirt")" alive

# --- a page
printf 'Contact: mailto:lead@ke.example\nExpires: 2027-01-01T00:00:00Z\n' >security.txt
ok "a copy of it" desk check page "$lead" security.txt
printf 'Contact: mailto:else@ke.example\nExpires: 2027-01-01T00:00:00Z\n' >security.txt
exits 1 "it names another" desk check page "$lead" security.txt
says "says so" "else@ke.example"
printf 'Contact: mailto:lead@ke.example\nExpires: 2027-01-01T00:00:00Z\n' >security.txt
python3 -u -m http.server --bind 127.0.0.1 0 >http.log 2>&1 &
server=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
	grep -q 'port [0-9]' http.log && break
	sleep 0.5
done
port=$(grep -o 'port [0-9]*' http.log | cut -d' ' -f2)
ok "its address" desk edit "$lead" url="http://127.0.0.1:$port/security.txt" --as kim
exits 74 "not from here" desk check page "$lead"
ok "unless we say so" desk check page "$lead" --near
says "good" good
kill "$server"
ok "whole" desk verify
done_
