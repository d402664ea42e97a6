#!/bin/sh
# What is said of a report: wrong options taken back, known bytes told otherwise,
# a list that is fetched again; and all of it comes back from the archive.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
e() { "$ENTENTE" "$@" --node n; }
dump() { "$ENTENTE" doctor --dump --node "$1" | sha256sum; }
events() { e stats --by class --json | python3 -c 'import json,sys; print(sum(r["events"] for r in json.load(sys.stdin)))'; }
# lost NODE: the store goes; what is made again must be the same.
lost() {
	before=$(dump "$1")
	rm -f "$1"/store.db "$1"/store.db-wal "$1"/store.db-shm
	exits "${2:-0}" "make $1 again" "$ENTENTE" replay --node "$1" -q
	same "a lost store comes back as it was" "$(dump "$1")" "$before"
}
day() { export ENTENTE_NOW=$((1781870400 + 86400 * $1)); }

day 0
node n

# A mail that is no report is no failure; that it was a trap's can be said later.
cp "$demo/spam-1.eml" mm
ok "a mail that says not what it is" e ingest mm
says "there is nothing to report" "1 report had nothing to report"
ok "it is not read again and again" e retry
says "there is nothing to retry" "0 reports read"
exits 1 "told otherwise, it must be said" e ingest --mail spam mm
says "what to do" "entente retry 1"
same "nothing is counted yet" "$(events)" 0
ok "tell it so" e retry --mail spam 1
same "it is a spam" "$(events)" 1
ok "the same again" e ingest --mail spam mm
says "is known" "here before"
lost n
exits 75 "what it gave cannot be taken out of the sums" e retry --mail complaint 1
says "but by" "--replay"
same "nothing is changed by that" "$(events)" 1
exits 1 "so it is said" e retry --mail complaint --replay 1
same "all is counted again" "$(events)" 0
lost n 1
ok "and back; an empty value takes it away" e retry --mail '' 1
same "as at first" "$(e reports --json | grep -c '"state":"nothing"')" 1

# Read as what it is not.
cp "$demo/2026-06-17-scan_rdp-demo.csv" wrong.csv
exits 1 "a table as a mail" e ingest -q -t mail wrong.csv
ok "the format, recognised" e retry --format '' 2
same "its rows are counted" "$(events)" 40
# Without its last column it is no closer to its own report than to others.
sed 's/,[^,]*$//' "$demo/2026-06-17-scan_ntpmonitor-demo.csv" >unsaid.csv
exits 1 "columns that do not say what it is" e ingest unsaid.csv
says "so it asks" "type="
cp unsaid.csv 2026-06-17-scan_ntpmonitor-x.csv
exits 1 "a better name for the same bytes" e ingest 2026-06-17-scan_ntpmonitor-x.csv
says "is no silent one" "is report 3 already"
ok "and so it is told" e retry --name 2026-06-17-scan_ntpmonitor-x.csv 3
same "they are counted" "$(events)" 70
lost n

# Options are looked at before anything is taken.
exits 64 "no such mode" e ingest --mail foo mm
exits 64 "no such network" e ingest --trusted bogus// mm
exits 64 "no such option" e ingest -o bogus=1 mm
says "the known ones" "known are"
exits 64 "no option at all" e ingest -o bogus mm
exits 66 "a file that is not there" e ingest missing.csv
exits 1 "one that is, too" e ingest missing.csv mm
same "no heading over nothing" "$(e ingest mm | grep -c Format)" 0
e ingest --json "$demo/complaint-xarf.json" >row.json
same "a row has number, name and hash" "$(python3 -c 'import json; r = json.load(open("row.json"))[0]; print(r["report"], r["name"], len(r["sha256"]))')" "4 complaint-xarf.json 64"
e ingest --print-events --places "$demo/complaint-arf.eml" >event.json
same "an event says where it lies" "$(python3 -c 'import json; r = json.load(open("event.json")); print(r["extra.entente.schema_version"], r["extra.entente.report"], r["extra.entente.length"] > 0, len(r["extra.entente.sha256"]))')" "1 5 True 64"

# The node's own hops hold for every mail, and stay with it.
"$ENTENTE" init --node own --mail csirt@demo.example --trusted 192.0.2.10 -q
"$ENTENTE" ingest --node own -q --mail spam --print-events "$demo/spam-2.eml" >own.json
"$ENTENTE" ingest --node n -q --mail spam --print-events "$demo/spam-2.eml" >none.json
same "entente.conf's trusted hops" "$(grep -c 192.0.2.10 own.json) $(grep -c 192.0.2.10 none.json)" "0 1"

# Standard input is waited for before the node is taken.
mkfifo pipe
"$ENTENTE" ingest --node n -q - <pipe &
pid=$!
exec 3>pipe
sleep 0.5
ok "others go on meanwhile" e ingest -q mm
cat "$demo/2026-06-17-compromised_website-demo.csv" >&3
exec 3>&-
wait $pid
same "it is taken" "$(e reports --json | grep -c standard-input)" 1

# Many small ones share a transaction when they are read again, too.
mkdir many
python3 - <<'P'
for i in range(500):
    open('many/%d.eml' % i, 'w').write('From: a@b.example\nTo: c@d.example\nSubject: %d\nDate: Wed, 17 Jun 2026 00:00:00 +0000\n\nhello %d\n' % (i, i))
P
exits 1 "complaints that name nothing" e ingest -q --mail complaint many
before=$(dump n)
exits 1 "each is tried again" e retry
says "all of them" "500 records set aside"
same "and is as before" "$(dump n)" "$before"

# A list that names no time holds on the day on which it is fetched.
node l
mkdir -p l/feeds
printf '[feed]\nname = My list\nformat = list\ncomment = #\n[constants]\nclassification.type = c2-server\n[fields]\nsource.ip = 1\n' >l/feeds/mylist.conf
printf '192.0.2.1\n192.0.2.2\n' >list.txt
list() { "$ENTENTE" ingest --node l --mapping mylist "$@"; }
seen() { "$ENTENTE" query --node l --json | python3 -c 'import json,sys; print(*sorted((r["count"], r["last_seen"][:10]) for r in json.load(sys.stdin)))'; }
ok "the first day" list list.txt
ok "the same day again" list list.txt
says "is no other observation" "here before"
same "seen once" "$(seen)" "(1, '2026-06-19') (1, '2026-06-19')"
day 3
ok "another day, unchanged" list list.txt
same "is another observation" "$(seen)" "(2, '2026-06-22') (2, '2026-06-22')"
ok "the same day again" list list.txt
same "is none" "$(seen)" "(2, '2026-06-22') (2, '2026-06-22')"
ok "doctor" "$ENTENTE" doctor --full --node l
before=$(dump l)
ok "replay" "$ENTENTE" replay --node l -q
same "gives the same" "$(dump l)" "$before"
lost l
# Killed between archive and list.
python3 - <<'P'
import sqlite3
db = sqlite3.connect('l/store.db')
db.execute('DELETE FROM report WHERE id = 2')
db.commit()
P
exits 1 "doctor sees it" "$ENTENTE" doctor --node l
says "and says so" "1 reports are in no list"
ok "it is taken once more" list list.txt
ok "replay" "$ENTENTE" replay --node l -q
same "it counts once" "$(dump l)" "$before"
day 4
for i in $(seq 20); do
	"$ENTENTE" ingest --node l --mapping mylist -q list.txt >/dev/null 2>&1 &
	pid=$!
	sleep "0.0$(((i * 7) % 10))"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
done
ok "let it end" list list.txt
same "once, however often it was killed" "$(seen)" "(3, '2026-06-23') (3, '2026-06-23')"
lost l
ok "what has its own times is one report" "$ENTENTE" ingest --node l -q "$demo/2026-06-17-scan_rdp-demo.csv"
day 9
ok "on another day" "$ENTENTE" ingest --node l "$demo/2026-06-17-scan_rdp-demo.csv"
says "too" "here before"
done_
