#!/bin/sh
# A region at work (demo --desk): offers side by side, money, what the node measures
# itself, IATI out (as the standard asks) and in, and time.
# shellcheck disable=SC1010 # "do" is a verb of ours
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"

desk() { "$ENTENTE" desk "$@" --node n; }
first() { python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["id"])'; }
rows() { python3 -c 'import json,sys; print(len(json.load(sys.stdin)))'; }

ok "a region" "$ENTENTE" demo --desk --node n
ok "whole" desk verify
ok "the log" "$ENTENTE" audit verify --node n
same "no person is named" "$(sqlite3 n/store.db 'SELECT count(*) FROM desk_private')" 0
for x in "kim coordinator" "kai coordinator" "fred donor"; do
	ok "account" "$ENTENTE" account add "${x% *}" --role "${x#* }" --node n -q </dev/null
done

need=$(desk list need --state offered --json | first)
ok "offers side by side" desk rank "$need"
says "with reasons" "Works there"
ok "what runs already" desk similar "$need"
ok "money" desk money
says "in its currency" USD

# --- measured: what the demo's findings say of Spain, by the same question
indicator=$(desk list indicator --country ES --json --limit 0 | python3 -c '
import json, sys
print([r["id"] for r in json.load(sys.stdin) if r["body"].get("measure") == "open-findings"][0])')
value=$(desk measure "$indicator" --dry-run --json | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["value"])')
same "as query counts them" "$value" "$("$ENTENTE" query --country ES --state open --limit 0 --json --node n | grep -c '"id"')"
same "noted once a day" "$(desk measure "$indicator" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["noted"])')" no
same "with its question" "$(desk list measurement --of "$indicator" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["body"]["query"])')" "entente query --country ES --state open"

# --- IATI
exits 64 "who reports?" desk iati export
exits 65 "an identifier that is none" desk iati export --org x
ok "out" desk iati export --org XM-DEMO-1 --out all.xml
ok "as the standard asks" python3 "$ENTENTE_SOURCE/tests/e2e/iati.py" all.xml
ok "one" desk iati export "$(desk list project --state closed --json | first)" --org XM-DEMO-1 --out one.xml
ok "as the standard asks" python3 "$ENTENTE_SOURCE/tests/e2e/iati.py" one.xml
same "with what was measured" "$(grep -c '<actual value="18">' one.xml)" 1
same "our own come back as nothing" "$(desk iati import all.xml --as kim --json | rows)" 0
projects=$(desk list project --limit 0 --json | rows)
ok "another node's" "$ENTENTE" init --node other --mail a@x.example -q
ok "account" "$ENTENTE" account add kim --role coordinator --node other -q </dev/null
ok "are pointers there" "$ENTENTE" desk iati import all.xml --as kim --node other --json
same "one each" "$("$ENTENTE" desk list initiative --limit 0 --json --node other | rows)" "$(grep -c '<iati-activity ' all.xml)"
same "and no projects" "$("$ENTENTE" desk list project --json --node other | rows)" 0
ok "again" "$ENTENTE" desk iati import all.xml --as kim --node other
same "once" "$("$ENTENTE" desk list initiative --limit 0 --json --node other | rows)" "$(grep -c '<iati-activity ' all.xml)"
# A donor's own report of money for one of our projects.
identifier=$(grep -o '<iati-identifier>[^<]*' one.xml | cut -d'>' -f2)
ours=$(grep -o 'urn:entente:project:[0-9A-Z]*' one.xml | head -1)
cat >donor.xml <<END
<iati-activities version="2.03"><iati-activity><iati-identifier>XM-DONOR-9</iati-identifier><reporting-org ref="XM-DONOR" type="40"><narrative>Development fund</narrative></reporting-org>
<title><narrative>Support</narrative></title><other-identifier ref="$ours" type="A9"/>
<transaction ref="t1"><transaction-type code="2"/><transaction-date iso-date="2026-06-01"/><value currency="EUR" value-date="2026-06-01">2500</value><provider-org><narrative>Development fund</narrative></provider-org></transaction>
<transaction ref="t2"><transaction-type code="2"/><transaction-date iso-date="2026-06-01"/><value value-date="2026-06-01">1</value><provider-org><narrative>Development fund</narrative></provider-org></transaction>
<transaction ref="t3"><transaction-type code="2"/><transaction-date iso-date="2026-06-01"/><value currency="EUR" value-date="2026-06-01">1</value><provider-org><narrative>Nobody</narrative></provider-org></transaction>
</iati-activity></iati-activities>
END
exits 1 "two of three are bad" desk iati import donor.xml --as kim --json
same "one contribution" "$(python3 -c 'import json; print([r["result"] for r in json.load(open("'"$work"'/.out"))])')" "['new', 'bad', 'bad']"
says "without a currency" "an amount has a currency"
says "of whom nobody knows" "is no entity here"
same "in draft, until two have looked" "$(desk list contribution --state draft --json | rows)" 1
exits 66 "no file" desk iati import all.xml.gz --as kim
printf '<iati-activities>' >cut.xml
exits 65 "cut" desk iati import cut.xml --as kim
same "no project by that" "$(desk list project --limit 0 --json | rows)" "$projects"
test -n "$identifier"

# --- time
ENTENTE_NOW=$(date -u -d 2027-08-01 +%s)
export ENTENTE_NOW
sed -i '/^clock/d' n/entente.conf
ok "a year later" desk tick
ok "needs without news have expired" test "$(desk list need --state expired --limit 0 --json | rows)" -gt 0
ok "checks of what was done reopen its answers" test "$(sqlite3 n/store.db "SELECT count(*) FROM desk_version WHERE json LIKE '%\"move\":\"check-12\"%'")" -gt 0
ok "nothing is left to do" desk tick
says "nothing" "0 records"
ok "whole" desk verify
done_
