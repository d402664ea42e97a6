#!/bin/sh
# A store that is lost is made again from the archive alone, and is the same.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
e() { "$ENTENTE" "$@" --node n; }

node n
mkdir mails
cp "$demo"/spam-*.eml mails/
ok "a report" e ingest -q "$demo/2026-06-17-scan_rdp-demo.csv"
# Its name alone says what it is; the feed's name and the format come with the command.
ok "one from standard input" sh -c '"$ENTENTE" ingest --node n -q --feed "A feed" --format shadowserver-csv --name "2026-06-17-scan_ntpmonitor-x.csv" - <"$1"' sh "$demo/2026-06-17-scan_ntpmonitor-demo.csv"
ok "mails of a trap" e ingest -q --mail spam --trusted 192.0.2.10 mails
dump=$(e doctor --dump | sha256sum)
e reports --limit 0 --json >before.json
rm n/store.db n/store.db-wal n/store.db-shm 2>/dev/null
exits 66 "a store that is gone" e query
says "the remedy" "entente replay --node n"
ok "make it again" e replay
says "how many" "reports of the archive were in no list"
same "findings and counts are the same" "$(e doctor --dump | sha256sum)" "$dump"
e reports --limit 0 --json >after.json
ok "so are the reports" cmp before.json after.json
# One that never came to the list, as after a kill between the two commits.
python3 - <<'P'
import sqlite3
db = sqlite3.connect('n/store.db')
db.execute('DELETE FROM report WHERE id = (SELECT max(id) FROM report)')
db.commit()
P
exits 1 "doctor sees it" e doctor
says "and says so" "1 reports are in no list"
ok "replay" e replay
same "it is back" "$(e doctor --dump | sha256sum)" "$dump"
done_
