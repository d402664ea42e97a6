#!/bin/sh
# The desk on the command line: from a country's need to a project, each step by
# who may, refusals with their sentences, evidence, history, and what is found when
# somebody changed a row.
# shellcheck disable=SC1010 # "do" is a verb of ours
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"

ENTENTE_NOW=$(date -u -d 2026-09-01 +%s)
export ENTENTE_NOW
desk() { "$ENTENTE" desk "$@" --node n; }
# id KIND TEXT: of the newest record with this in its title.
id() { desk list "$1" --text "$2" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["id"])'; }
state() { desk show "$1" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["state"])'; }
count() { desk list "$@" --json | grep -c '"id"'; }
person() {
	name=$1
	shift
	ok "account $name" "$ENTENTE" account add "$name" --node n -q "$@" </dev/null
}
# two FIRST SECOND MOVE ID [FIELD...]: proposed by one, approved by another.
two() {
	first=$1
	second=$2
	shift 2
	ok "$first: $*" desk do "$@" --as "$first"
	ok "$second approves" desk approve "$2" --as "$second"
}

ok "a node" "$ENTENTE" init --node n --mail desk@x.example -q
person kim --role coordinator
person kai --role coordinator
person cora --role focal-point --country KE
person dan --role focal-point --country KE
person carl --role focal-point --country FR
person xena --role expert
person fred --role donor
person ada --role auditor
echo "We designate our CSIRT." >letter.txt

# --- what there is
ok "kinds" desk kinds
says "all of them" contribution
ok "one kind" desk kinds project
says "its fields" "coherence"
says "its moves" "finalisation"
ok "as JSON" desk kinds project --json
exits 64 "no such kind" desk kinds nothing
exits 64 "no such verb" desk nothing
ok "an empty desk" desk

# --- entities
exits 64 "as nobody" desk new entity name=Labs sort=expert
says "says how" "--as ACCOUNT"
exits 66 "as somebody who is not" desk new entity name=Labs sort=expert --as nobody
exits 77 "an auditor reads" desk new entity name=Labs sort=expert --as ada
ok "an expert body" desk new entity name=Labs sort=expert country=FR accounts=xena topics=c,m regions=KE,UG languages=en,sw --as xena
ok "a donor" desk new entity name=Fund sort=donor accounts=fred --as fred
labs=$(id entity Labs)
fund=$(id entity Fund)
exits 65 "no interests declared" desk do recognise "$labs" --as kim
says "which field" "interests is missing"
ok "declared" desk edit "$labs" interests="Sells training" sells_in=FR evidence=@letter.txt --as xena
ok "of the donor, too" desk edit "$fund" interests=None evidence="https://fund.example/ 2026-08-01" --as fred
two kim kai recognise "$labs"
two kim kai recognise "$fund"
exits 66 "a file that is not there" desk edit "$labs" evidence=@nothing.txt --as xena
sha=$(sha256sum letter.txt | cut -d' ' -f1)
ok "the proof, by its hash" desk file "sha256:$sha" --out back.txt
same "byte for byte" "$(cat back.txt)" "$(cat letter.txt)"

# --- the directory
ok "a country" desk new country country=KE language=en --as kim
exits 65 "no such country" desk new country country=XX --as kim
says "says what one is" "no country (two letters"
ok "its focal point" desk new focal-point country=KE function=lead name="CSIRT-KE" person="Jane Roe" account=cora mail=csirt@ke.example from=2026-01-01 --as cora
ok "its deputy" desk new focal-point country=KE function=deputy name="Regulator" account=dan mail=spam@ke.example from=2026-01-01 --as cora
lead=$(id focal-point CSIRT-KE)
deputy=$(id focal-point Regulator)
exits 77 "who entered it does not designate" desk do designate "$lead" letter=@letter.txt checked_by="called" --as cora
ok "proposed" desk do designate "$lead" letter=@letter.txt checked_by="called the ministry" --as kim
exits 77 "nor approves one's own" desk approve "$lead" --as kim
says "says so" "nobody approves what they proposed"
ok "what waits for kai" desk todo --as kai
says "it is there" "$lead"
ok "approved" desk approve "$lead" --as kai
two kai kim designate "$deputy" letter=@letter.txt checked_by=called
same "a name is shown" "$(desk show "$lead" | grep -c 'Jane Roe')" 1
same "and is in no document" "$(desk history "$lead" --json | grep -c 'Jane Roe')" 0
ok "a second lead in the same time" desk new focal-point country=KE function=lead name=Other mail=o@ke.example from=2026-05-01 --as cora
exits 75 "is refused" desk do designate "$(id focal-point Other)" letter=@letter.txt checked_by=called --as kim
says "as its term overlaps" "in the same time"
two kim kai join country:KE

# --- a need
exits 77 "another country's" desk new need country=KE title=X problem=Y --as carl
exits 64 "a field that is none" desk new need country=KE titel=X --as dan
ok "a need" desk new need country=KE title="en: A CSIRT | fr: Un CSIRT" problem="Nobody answers" topics=c,m --as dan
need=$(id need CSIRT)
exits 65 "not yet whole" desk do submit "$need" --as dan
ok "whole" desk edit "$need" wanted="A team of four" indicators=IR-1 urgency=high public=yes --as dan
exits 65 "an amount without a currency" desk edit "$need" budget=1000 --as dan
exits 65 "an amount without a date" desk edit "$need" budget="1000 USD" --as dan
ok "an idea of the budget" desk edit "$need" budget="1000 USD 2026-09-01" --as dan
ok "submitted" desk do submit "$need" --as dan
ok "it waits for the desk" desk todo --as kim
says "it is there" "$need"
exits 65 "declined without a reason" desk do decline "$need" --as kim
ok "accepted" desk do accept "$need" --as kim
ok "published" desk do publish "$need" --as kim
same "in French" "$(ENTENTE_LANG=fr desk list need --text csirt | grep -c 'Un CSIRT')" 1

# --- offers
ok "an offer" desk new offer need="$need" entity="$labs" title="Training" what="Two months on site" cost="900 USD 2026-09-01" --as xena
ok "another" desk new offer need="$need" entity="$fund" title="Money" what="Money alone" cost="1 USD 2026-09-01" --as fred
training=$(id offer Training)
money=$(id offer Money)
ok "proposed" desk do propose "$training" --as xena
ok "proposed, too" desk do propose "$money" --as fred
same "the need has offers" "$(state "$need")" offered
exits 77 "the desk does not choose" desk do choose "$training" --reason "good" --as kim
ok "the deputy chooses" desk do choose "$training" --reason "they know the language" --as dan
ok "the focal point approves" desk approve "$training" --as cora
same "matched" "$(state "$need")" matched
same "the other has the reason" "$(desk show "$money" --json | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["state"], d["reason"])')" "not-chosen they know the language"

# --- a project
ok "a project" desk new project title="CSIRT-KE" needs="$need" country=KE entity="$labs" offer="$training" --as xena
project=$(id project CSIRT-KE)
exits 75 "without an indicator" desk do approve "$project" from=2026-10-01 until=2027-10-01 budget="1000 USD 2026-09-01" coherence="Nobody else" agreement=none --as xena
says "says which guard" "has no indicator yet"
ok "an indicator" desk new indicator project="$project" title="Hosts with malware" sort=outcome unit=hosts baseline="90 2026-09-01" target="10 2027-09-01" measure=open-findings --as xena
exits 75 "without money" desk do approve "$project" from=2026-10-01 until=2027-10-01 budget="1000 USD 2026-09-01" coherence="Nobody else" agreement=none --as xena
says "says so" "does not cover the budget"
ok "a pledge" desk new contribution project="$project" entity="$fund" pledged="1000 USD 2026-09-01" --as fred
fund_line=$(desk list contribution --of "$project" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["id"])')
two fred kim pledge "$fund_line"
two fred kim commit "$fund_line" committed="1000 USD 2026-09-01"
exits 75 "without an agreement" desk do approve "$project" from=2026-10-01 until=2027-10-01 budget="1000 USD 2026-09-01" coherence="Nobody else" agreement=none --as xena
says "says which" "is not in force for a party of KE"
exits 65 "a circle" desk edit "$project" part_of="$project" --as xena

# --- lists, history, whether it is whole
same "of the need" "$(count offer --of "$need")" 2
same "of a country" "$(count focal-point --country KE)" 3
ok "by its last characters" desk show "$(printf %s "$project" | tail -c 8)"
exits 66 "nothing" desk show need:NOTHING
ok "history" desk history "$training"
says "who" cora
ok "an earlier version" desk show "$need" --version 1
says "as it was" draft
ok "sums" desk summary KE --json
ok "time passes" desk tick
ok "whole" desk verify
says "says so" "are what was written"
ok "the log, too" "$ENTENTE" audit verify --node n
sqlite3 n/store.db "UPDATE desk_version SET json = replace(json, 'Two months', 'Two weeks') WHERE record = '$training' AND version = 1"
exits 1 "somebody changed a row" desk verify
says "which" "$training, version 1"
done_
