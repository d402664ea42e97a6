#!/bin/sh
# A person at work with findings: look, act, silence, evidence, what is not there.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
e() { "$ENTENTE" "$@" --node n; }
field() { python3 -c 'import json,sys; d=json.load(sys.stdin)
for k in sys.argv[1].split("."): d=d[int(k)] if k.isdigit() else d[k]
print(d)' "$1"; }

export ENTENTE_NOW=1781870400 # 2026-06-19
node n || exit 1
e ingest "$demo"/2026*.csv "$demo/complaint-arf.eml" "$demo/complaint-xarf.json" -q
id=$(e query --class scanner --json | field 0.id)

# One finding, all of it.
ok "a finding by its name" e query "$id"
says "where" "198.51.100.23"
says "its report" "complaint-xarf.json: 601 bytes at 0"
says "whose" "Exemple"
ok "as JSON" e query "$id" --json
cp "$work/.out" one.json
same "the place's SHA-256" "$(field 0.last.sha256 <one.json)" "$(sha256sum "$demo/complaint-xarf.json" | cut -d' ' -f1)"
same "every key of the list" "$(e query --class scanner --json | python3 -c '
import json, sys
row = json.load(sys.stdin)[0]
print(*[k for k in "transport label tlp as_name notified state_since first last".split() if k not in row])')" ""
ok "its bytes" e query "$id" --evidence
e query "$id" --evidence >raw
head -c 601 "$demo/complaint-xarf.json" >want
ok "are the report's" cmp raw want
report=$(field 0.last.report <one.json)
e reports "$report" --raw >raw
ok "a report's own bytes" cmp raw "$demo/complaint-xarf.json"
ok "a report" e reports "$report"
says "its SHA-256" "$(field 0.last.sha256 <one.json)"
same "a report as JSON" "$(e reports "$report" --json | field sha256)" "$(field 0.last.sha256 <one.json)"
arf=$(e query --json --limit 0 | python3 -c '
import json, sys
print([r["id"] for r in json.load(sys.stdin) if r["first"]["length"] and r["feed"] is None and r["class"] == "spam"][0])')
ok "the reported message" e query "$arf" --evidence
says "itself" "Received:"
ok "what a report brought" e query --report "$report"
says "its finding" "$id"

# Acts.
exits 64 "no such act" e act forget "$id"
exits 64 "nothing chosen" e act resolve
exits 66 "no such finding" e act resolve FZZZZZZZZZZZZZ
ok "acknowledge" e act acknowledge "$id" --by ana --comment "they look at it"
same "its state" "$(e query "$id" --json | field 0.state)" acknowledged
exits 75 "twice means nothing" e act acknowledge "$id"
says "why" "is acknowledged"
ok "resolve" e act resolve "$id" --by ana --comment "gone"
ok "reopen" e act reopen "$id" --by bo
ok "its history" e query "$id"
says "who" "ana"
says "what for" "they look at it"
same "in order" "$(e query "$id" --json | python3 -c 'import json,sys; print(*[h["act"] for h in json.load(sys.stdin)[0]["history"]])')" "acknowledge resolve reopen"
ok "many: how many" e act resolve --country ES --dry-run
says "counted" "79 findings would be moved"
same "nothing is changed" "$(e query --country ES --state resolved --json)" "[]"
exits 64 "many need a yes" e act resolve --country ES
ok "many" e act resolve --country es --yes --by ana
says "moved" "79 findings moved"
same "resolved" "$(e query --country ES --state resolved --limit 0 --json | python3 -c 'import json,sys; print(len(json.load(sys.stdin)))')" 79
exits 1 "some are left" e act acknowledge --state new,resolved --yes
says "so many" "79 left as they are"
before=$(e doctor --dump | sha256sum)
ok "replay" e replay -q
same "acts outlive a replay" "$(e doctor --dump | sha256sum)" "$before"

# Silence counts for whoever asks, swept or not.
later() { ENTENTE_NOW=1796000000 e "$@"; } # 2026-11-30
open=$(e query --state open --limit 0 --json | python3 -c 'import json,sys; print(len(json.load(sys.stdin)))')
ok "there are open ones" test "$open" -gt 100
same "none is open half a year later" "$(later query --state open --json)" "[]"
same "nor in the counts" "$(later stats --by state --json | python3 -c 'import json,sys; print(*[r["key"] for r in json.load(sys.stdin)])')" resolved
same "today they are" "$(e query --state open --limit 0 --json | python3 -c 'import json,sys; print(len(json.load(sys.stdin)))')" "$open"
ok "a sweep says how many" later notices --prepare
says "so many" "$open findings were not seen for their class' period"
same "swept" "$(e query --state open --json)" "[]"

# What is not there, and what is asked wrongly.
exits 66 "no such finding" e query F6000106HFT4XX
exits 66 "no such report" e reports 99999
exits 66 "nor its bytes" e reports 99999 --raw
exits 64 "no such country" e query --country ESP
exits 64 "no such class" e query --class nope
says "the classes" "infected-system, "
exits 64 "no such taxonomy" e query --taxonomy nope
exits 64 "no such state" e query --state nope
ok "a country in small letters" e query --country es --limit 1
says "found" "64496"
ok "a number is an AS" e query 64496 --limit 1
says "found" "192.0.2."
ok "nothing is so" e query --text nosuchtext
says "said" "no finding matches"
same "the latest days" "$(e stats --by day --top 1 --json | field 0.key)" 2026-06-18
ok "stats as one object" sh -c "'$ENTENTE' stats --json --node n | python3 -m json.tool"

# On a terminal a table is as wide as that.
term() { width=$1; shift; python3 "$ENTENTE_SOURCE/tests/e2e/terminal.py" "$width" "$ENTENTE" "$@" --node n; }
for width in 60 80 132; do
	for what in "query --limit 20" reports "stats --by asn"; do
		# shellcheck disable=SC2086
		term $width $what >shown
		ok "$what on $width columns: some lines" test "$(wc -l <shown)" -gt 2
		ok "$what on $width columns: none is over it" test "$(LC_ALL=C.UTF-8 wc -L <shown)" -le "$width"
	done
done
ok "wide enough, all is there" sh -c "python3 '$ENTENTE_SOURCE/tests/e2e/terminal.py' 250 '$ENTENTE' query --node n --limit 1 | grep -q 'First seen'"
done_
