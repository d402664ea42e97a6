#!/bin/sh
# Readiness: the model in six languages, answers with proof that another accepts, what
# is missing of the minimum becomes needs, expiry, and how it stood on an earlier day.
# shellcheck disable=SC1010 # "do" is a verb of ours
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"

at() { ENTENTE_NOW=$(date -u -d "$1" +%s); export ENTENTE_NOW; }
desk() { "$ENTENTE" desk "$@" --node n; }
ready() { desk readiness "$@"; }
# domain COUNTRY DOMAIN MEMBER [OPTION...]
domain() { country=$1 name=$2 member=$3; shift 3; ready show "$country" --json "$@" | python3 -c 'import json,sys; print([r[sys.argv[2]] for r in json.load(sys.stdin) if r["domain"] == sys.argv[1]][0])' "$name" "$member"; }
answer() { desk show "answer:KE.$1" --json | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["state"], d["body"].get(sys.argv[1]))' "$2"; }

at 2026-09-01
ok "a node" "$ENTENTE" init --node n --mail desk@x.example -q
for x in "kim coordinator" "kai coordinator" "xena expert"; do
	ok "account" "$ENTENTE" account add "${x% *}" --role "${x#* }" --node n -q </dev/null
done
ok "a deputy" "$ENTENTE" account add dan --role focal-point --country KE --node n -q </dev/null
same "87 indicators" "$(ready model --json | grep -c '"id"')" 87
for l in ar zh en fr ru es; do ok "in $l" desk readiness model LS-1 --lang $l; done
says "in Spanish" "delito"
exits 66 "no such indicator" ready model XX-1

same "27 of them a minimum" "$(ready gaps KE --json | grep -c '"indicator"')" 27
same "unknown is not zero" "$(domain KE LS value)" None
echo law >law.txt
ok "an answer" desk new answer country=KE indicator=LS-1 level=3 evidence=@law.txt --as dan
exits 75 "twice" desk new answer country=KE indicator=LS-1 level=2 --as dan
exits 65 "no such indicator" desk new answer country=KE indicator=LS-99 level=2 --as dan
ok "submitted" desk do submit answer:KE.LS-1 --as dan
exits 77 "the country does not accept it" desk do take-up answer:KE.LS-1 --as dan
ok "a reviewing body" desk new entity name=Labs sort=expert country=KE accounts=xena interests=None evidence=@law.txt --as xena
exits 75 "not recognised" desk do take-up answer:KE.LS-1 --as xena
labs=$(desk list entity --json | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["id"])')
ok "recognised" desk do recognise "$labs" --as kim
ok "by two" desk approve "$labs" --as kai
ok "taken up" desk do take-up answer:KE.LS-1 --as xena
ok "accepted, and lowered" desk do accept answer:KE.LS-1 accepted=2 review="The court case is missing" --as xena
same "for its months" "$(answer LS-1 valid_until)" "accepted 2029-09-01"
same "it counts" "$(domain KE LS value)" 50
same "a minimum is met" "$(domain KE LS met)" 1
ok "level 4" desk new answer country=KE indicator=LS-2 level=4 evidence=@law.txt --as dan
ok "submitted" desk do submit answer:KE.LS-2 --as dan
exits 75 "is for a body from outside" desk do take-up answer:KE.LS-2 --as xena
says "says so" "outside the country"

ok "gaps become needs" ready propose KE --as dan
needs=$(desk list need --json | grep -c '"id"')
ok "once" ready propose KE --as dan
same "not twice" "$(desk list need --json | grep -c '"id"')" "$needs"
ok "in Arabic" desk list need --lang ar
exits 77 "for one's own country" ready propose FR --as dan
ok "laws" ready laws KE
says "an article" "LS-1"
at 2026-12-01
ok "since then" ready change KE --date 2026-08-01
says "accepted since" LS-1
same "as it stood" "$(domain KE LS value --date 2026-08-15)" None
at 2029-09-03
ok "time passes" desk tick
same "expired" "$(answer LS-1 valid_until)" "expired 2029-09-01"
same "counts no more" "$(domain KE LS met)" 0
ok "whole" desk verify
done_
