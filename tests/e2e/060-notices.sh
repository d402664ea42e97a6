#!/bin/sh
# Notices as a person and a mail server see them: who is told what and why, what
# is shown, sent again, withdrawn; kills in the middle of the dialogue.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
here=$ENTENTE_SOURCE/tests/e2e
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$here"
e() { "$ENTENTE" "$@" --node n; }
json() { python3 -c "import json,sys; d = json.load(sys.stdin); print($1)"; }
sql() { sqlite3 n/store.db "$1"; }
export ENTENTE_NOW=1781870400 # 2026-06-19

# --- who is told: policy, grouping, formats, intervals
ok "a node" node n
cat >in.jsonl <<'J'
{"classification.type":"infected-system","malware.name":"necurs","source.ip":"192.0.2.1","source.asn":64496,"source.geolocation.cc":"ES","time.source":"2026-06-18T10:00:00Z","feed.name":"f"}
{"classification.type":"scanner","source.ip":"192.0.2.2","source.asn":64496,"source.geolocation.cc":"ES","time.source":"2026-06-18T11:00:00Z","feed.name":"f"}
{"classification.type":"scanner","source.ip":"198.51.100.7","source.asn":64497,"source.geolocation.cc":"FR","time.source":"2026-06-18T12:00:00Z","feed.name":"f"}
{"classification.type":"infected-system","malware.name":"hushhush","source.ip":"198.51.100.8","source.asn":64497,"source.geolocation.cc":"FR","time.source":"2026-06-18T12:00:00Z","feed.name":"f","tlp":"RED"}
{"classification.type":"infected-system","malware.name":"hushstrict","source.ip":"198.51.100.9","source.asn":64497,"source.geolocation.cc":"FR","time.source":"2026-06-18T12:00:00Z","feed.name":"f","tlp":"AMBER+STRICT"}
{"classification.type":"violence","malware.name":"hushname","source.url":"http://host.reseaux.example/hushpage","source.ip":"198.51.100.10","source.asn":64497,"source.geolocation.cc":"FR","time.source":"2026-06-18T12:00:00Z","feed.name":"f"}
{"classification.type":"scanner","source.ip":"203.0.113.200","source.asn":64511,"time.source":"2026-06-18T12:00:00Z","feed.name":"f"}
J
exits 0 "take them in" e ingest in.jsonl
ok "contact of an AS" e contacts --add "Abuse@telecom.example" --scope asn --value 64496 --language es
ok "the same mailbox for a network of it" e contacts --add "abuse@telecom.example" --scope prefix --value 192.0.2.2/32 --language es --notice-format xarf
ok "two mailboxes of one contact" e contacts --add "a@reseaux.example, b@reseaux.example;A@reseaux.example" --scope asn --value 64497 --language fr --interval 3600 --notice-format both
ok "the country's focal point" e contacts --add "cert@cert.example" --scope country --value FR --language ar
exits 64 "an interval that is none" e contacts --add x@y.example --scope asn --value 1 --interval soon
exits 65 "a format that is none" e contacts --add x@y.example --scope asn --value 1 --notice-format pdf
exits 65 "a list with one that is none" e contacts --add "x@y.example,nobody" --scope asn --value 1
ok "a dry run" e notices --prepare --dry-run
says "says so" "Nothing is made yet"
says "whom it would tell" "abuse@telecom.example"
same "and makes nothing" "$(sql 'SELECT (SELECT COUNT(*) FROM notice) + (SELECT COUNT(*) FROM transfer)')" 0
ok "as JSON" e notices --dry-run --json
same "the same" "$(json 'sorted((r["email"], r["language"], r["findings"], r["format"], r["interval"], r["due"]) for r in d)' <"$work/.out")" \
	"[('a@reseaux.example', 'fr', 1, 'csv,xarf', 3600, 'now'), ('abuse@telecom.example', 'es', 2, 'csv,xarf', 86400, 'now'), ('b@reseaux.example', 'fr', 1, 'csv,xarf', 3600, 'now'), ('cert@cert.example', 'ar', 2, 'csv', 86400, 'now')]"
ok "prepare" e notices --prepare
same "one digest a mailbox" "$(e notices --json | json 'sorted((r["email"], r["findings"]) for r in d)')" \
	"[('a@reseaux.example', 1), ('abuse@telecom.example', 2), ('b@reseaux.example', 1), ('cert@cert.example', 2)]"
same "what nobody may see is in none" "$(sql "SELECT COUNT(*) FROM notice_finding nf JOIN transfer t ON t.finding = nf.finding AND t.recipient = (SELECT email FROM notice WHERE id = nf.notice) AND t.allowed = 0")" 0
for n in $(e notices --json | json '" ".join(r["id"] for r in d)'); do
	e notices "$n"
	e notices "$n" --raw | python3 -c 'import email,sys
for p in email.message_from_binary_file(sys.stdin.buffer).walk():
    print(p.get_payload(decode=True))'
done >all.txt 2>&1
same "nor in their text" "$(grep -c hush all.txt)" 0
same "every row of a notice has its yes in the log" "$(sql "SELECT COUNT(*) FROM notice_finding nf WHERE NOT EXISTS (SELECT 1 FROM transfer t JOIN notice n ON n.id = t.notice WHERE t.notice = nf.notice AND t.finding = nf.finding AND t.allowed = 1 AND t.recipient = n.email)")" 0
for n in $(e notices --json | json '" ".join(r["id"] for r in d)'); do
	same "$n holds as many as it says" "$(sql "SELECT COUNT(*) FROM notice_finding WHERE notice = '$n'")" "$(sql "SELECT findings FROM notice WHERE id = '$n'")"
done
# The gate is the only place that makes them.
same "one place asks the policy" "$(cat "$ENTENTE_SOURCE"/src/share/*.c | grep -v '^ \*' | grep -c 'policy_allows(record')" 1
same "one place makes rows of a notice, out of the log" "$(cat "$ENTENTE_SOURCE"/src/*/*.c "$ENTENTE_SOURCE"/src/*.c | grep -v _test | grep 'INSERT INTO notice_finding' | grep -c 'SELECT notice, finding FROM transfer WHERE .* allowed = 1')" 1
same "and no other" "$(grep -lE 'INSERT INTO notice(_message|_finding)? ' "$ENTENTE_SOURCE"/src/*/*.c | grep -v _test | xargs -n1 basename)" gate.c

# --- why
f() { e query "$1" --json | json 'd[0]["id"]'; }
why() { e notices --why "$(f "$1")" --json; }
same "told: by which rule" "$(why 192.0.2.1 | json '[(r["recipient"], r["told"], r["rule"], r["state"]) for r in d if r["at"] != "next"]')" "[('abuse@telecom.example', 'yes', 'own-network', 'draft')]"
same "told, and next time not" "$(why 192.0.2.1 | json '[(r["told"], r["rule"]) for r in d if r["at"] == "next"]')" "[('no', 'told-already')]"
same "TLP:RED" "$(why 198.51.100.8 | json 'sorted(set((r["recipient"], r["told"], r["rule"]) for r in d))')" "[('a@reseaux.example', 'no', 'tlp'), ('b@reseaux.example', 'no', 'tlp'), ('cert@cert.example', 'no', 'tlp')]"
same "TLP:AMBER+STRICT" "$(why 198.51.100.9 | json 'sorted(set((r["recipient"], r["told"], r["rule"]) for r in d))')" "[('a@reseaux.example', 'no', 'tlp'), ('b@reseaux.example', 'no', 'tlp'), ('cert@cert.example', 'no', 'tlp')]"
child=$(e query --class violence --json | json 'd[0]["id"]')
same "the designated authority alone" "$(e notices --why "$child" --json | json 'sorted((r["recipient"], r["told"], r["rule"]) for r in d if r["at"] != "next")')" "[('a@reseaux.example', 'no', 'child-protection'), ('b@reseaux.example', 'no', 'child-protection'), ('cert@cert.example', 'yes', 'child-protection')]"
same "nobody is known" "$(why 203.0.113.200 | json '[(r["told"], r["rule"]) for r in d]')" "[('no', 'no-contact')]"
ok "a condition" e contacts --off "asked us not to" --scope prefix --value 192.0.2.1/32
same "switched off" "$(why 192.0.2.1 | json '[(r["rule"], r["reason"]) for r in d if r["at"] == "next"]')" "[('off', 'asked us not to')]"
ok "as a table" e notices --why "$(f 198.51.100.8)"
says "for people" "TLP:RED"
exits 64 "no finding" e notices --why nothing
exits 66 "no such finding" e notices --why F0000000000001

# --- looking at them, words of a person
id=$(e notices --contact a@reseaux --json | json 'd[0]["id"]')
ok "one, decoded" e notices "$id"
says "its subject" "Subject: 1 "
says "its text" "TLP:AMBER"
says "its parts" "findings.csv"
ok "raw" e notices "$id" --raw
says "as it goes" "Content-Transfer-Encoding: base64"
says "in its language" "Content-Language: fr"
exits 66 "no such notice" e notices N0
exits 64 "no such state" e notices --state lost
ok "withdraw it" e notices --withdraw "$id"
same "it is" "$(e notices --state withdrawn --json | json 'd[0]["id"]')" "$id"
ok "the others go" e notices --send
same "without it" "$(find n/outbox/new -name "*$id*" | wc -l | tr -d ' ')" 0
same "three went" "$(ls n/outbox/new | wc -l | tr -d ' ')" 3
other=$(e notices --contact b@reseaux --json | json 'd[0]["id"]')
exits 75 "what went cannot be withdrawn" e notices --withdraw "$other"
exits 75 "nor sent without a word" e notices --send "$other"
rm n/outbox/new/*
ok "again, at once" e notices --again "$other" --send
same "that one alone" "$(ls n/outbox/new)" "$other.eml"
ok "the withdrawn one after all" e notices --again "$id"
ok "by name" e notices --send "$id"
same "it went" "$(ls n/outbox/new | wc -l | tr -d ' ')" 2
# Intervals: an hour for one, a day for the other, each of its own.
sed 's/192.0.2.1"/192.0.2.3"/; s/198.51.100.7"/198.51.100.17"/; s/192.0.2.2"/192.0.2.4"/' in.jsonl >more.jsonl
ok "more comes in" e ingest more.jsonl
ENTENTE_NOW=1781874000 # an hour later
ok "an hour later" e notices --prepare --dry-run --json
same "two are due" "$(json 'sorted((r["email"], r["due"]) for r in d)' <"$work/.out")" "[('a@reseaux.example', 'now'), ('abuse@telecom.example', '2026-06-20T12:00:00Z'), ('b@reseaux.example', 'now'), ('cert@cert.example', '2026-06-20T12:00:00Z')]"
ENTENTE_NOW=1781956800 # a day later
same "a day later all are" "$(e notices --dry-run --json | json '[r["due"] for r in d]')" "['now', 'now', 'now', 'now']"

# --- a node of the first schema: who only looks brings it up to date
cp -r n old
rm -f old/store.db*
python3 - "$ENTENTE_SOURCE/tests/e2e/schema-1.sql" <<'PY'
# The same rows, as far as the first schema has places for them.
import sqlite3, sys
db = sqlite3.connect('old/store.db')
db.executescript(open(sys.argv[1], encoding='utf-8').read())
db.execute("ATTACH 'n/store.db' AS new")
tables = [r[0] for r in db.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name <> 'setting'")]
for table in tables:
    columns = ', '.join(r[1] for r in db.execute('PRAGMA main.table_info(%s)' % table))
    db.execute('INSERT INTO main.%s (%s) SELECT %s FROM new.%s' % (table, columns, columns, table))
db.commit()
PY
same "an older database is brought up" "$("$ENTENTE" notices --node old --limit 0 --json | json 'len(d)')" "$(e notices --limit 0 --json | json 'len(d)')"

# --- a server that is away, back-off
sed -i 's/^way = .*/way = smtp/; /^\[smtp\]/,/^\[server\]/ { s,^url = .*,url = smtp://127.0.0.1:1,; s/^tls = .*/tls = off/ }' n/entente.conf
exits 1 "the server is away" e notices --send
same "one try says it for all" "$(e notices --json | json 'sorted((r["state"], r["next"]) for r in d if r["state"] in ("failed", "draft"))')" "[('draft', None), ('draft', None), ('draft', None), ('failed', '2026-06-20T12:05:00Z')]"
ok "the table tells when" e notices --state failed
says "next" "2026-06-20T12:05"

# --- a crash with the machine: the whole batch is in doubt, and nothing goes twice
python3 "$here/smtp_server.py" port arrived.log &
server=$!
while [ ! -s port ]; do sleep 0.05; done
sed -i "s,127.0.0.1:1\$,127.0.0.1:$(cat port)," n/entente.conf
sql "UPDATE notice SET state = 'queued' WHERE state = 'draft'"
sql "UPDATE setting SET value = 'smtp another-boot' WHERE key = 'notices.batch'"
exits 1 "after a power cut" e notices --send
same "they are uncertain" "$(e notices --state uncertain --json | json 'len(d)')" 3
ok "what to do is said" e notices --state uncertain
says "look at the log" "Message-ID"
says "why" "the machine went down"
# shellcheck disable=SC2046
set -- $(e notices --state uncertain --json | json '" ".join(r["id"] for r in d)')
ok "it arrived" e notices --arrived "$1"
ok "it did not: again" e notices --again "$2" --send
ok "let it be" e notices --withdraw "$3"
same "one went" "$(wc -l <arrived.log | tr -d ' ')" 1
same "nothing is uncertain" "$(e notices --state uncertain --json)" "[]"
kill $server

# --- asked again on the day it is sent; marks
a() { "$ENTENTE" "$@" --node ask; }
ok "a node" node ask
sed -i 's/^tlp = .*/tlp = CLEAR/' ask/entente.conf
cat >ask.jsonl <<'J'
{"classification.type":"scanner","source.ip":"192.0.2.1","source.asn":64496,"source.geolocation.cc":"ES","time.source":"2026-06-18T10:00:00Z","feed.name":"f","event_description.text":"seen knocking"}
{"classification.type":"spam","source.ip":"192.0.2.2","source.asn":64496,"source.geolocation.cc":"ES","time.source":"2026-06-18T11:00:00Z","feed.name":"f","tlp":"AMBER"}
{"classification.type":"scanner","source.ip":"198.51.100.7","source.asn":64497,"source.geolocation.cc":"FR","time.source":"2026-06-18T12:00:00Z","feed.name":"f"}
{"classification.type":"violence","source.ip":"198.51.100.10","source.asn":64497,"source.geolocation.cc":"FR","time.source":"2026-06-18T12:00:00Z","feed.name":"f","tlp":"RED"}
J
ENTENTE_NOW=1781870400
ok "take them in" a ingest ask.jsonl
ok "nothing to do" a notices --send
says "says so" "Nothing was due to be sent."
ok "nor to make" a notices --prepare
says "says so, too" "No notice is due."
ok "both of a network and its country" a contacts --add one@es.example --scope asn --value 64496 --language en
ok "at one address" a contacts --add one@es.example --scope country --value ES --language en
ok "one of a network" a contacts --add two@fr.example --scope asn --value 64497 --language en
ok "the designated authority" a contacts --add cert@fr.example --scope country --value FR --language en
ok "prepare" a notices --prepare
notice_to() { a notices --contact "$1" --json | json 'd[0]["id"]'; }
one=$(notice_to one@)
ok "the mark of its strictest row" a notices "$one"
says "not that of the setting" "is marked TLP:AMBER"
says "in its subject" "[TLP:AMBER]"
says "each role" "focal point of the country Spain"
says "and the other" "contact of AS64496"
says "a list after the colon" "answer for:"
table() { a notices "$1" --raw | python3 -c 'import email,sys
for p in email.message_from_binary_file(sys.stdin.buffer).walk():
    if p.get_filename() == "findings.csv": print(p.get_payload(decode=True).decode())'; }
same "each row its own" "$(table "$one" | python3 -c 'import csv,sys; print(sorted((r["class"], r["identifier"], r["description"], r["tlp"]) for r in csv.DictReader(sys.stdin)))')" "[('scanner', '', 'seen knocking', 'CLEAR'), ('spam', '', '', 'AMBER')]"
ok "the authority is told of what is red" a notices "$(notice_to cert@)"
says "and the notice is red" "is marked TLP:RED"
says "in its country" "in your country (France)"
same "to the network it is none" "$(table "$(notice_to two@)" | grep -c violence)" 0
ok "a condition" a contacts --off "asked us not to" --scope prefix --value 192.0.2.2/32
ok "a contact ends" a contacts --remove "$(a contacts --json | json '[c["id"] for c in d if c["email"] == "two@fr.example"][0]')"
ok "now they are sent" a notices --send
says "what was taken out" "taken out"
says "what was withdrawn" "withdrawn"
same "two went" "$(ls ask/outbox/new | sort)" "$(printf '%s.eml\n' "$one" "$(notice_to cert@)" | sort)"
same "without what was switched off" "$(table "$one" | grep -c 192.0.2.2)" 0
ok "the notice was made anew" a notices "$one"
says "and is marked by what is left" "is marked TLP:CLEAR"
same "the other is withdrawn" "$(a notices --contact two@ --json | json '[(r["state"], r["findings"]) for r in d]')" "[('withdrawn', 0)]"
same "why" "$(a notices --why "$(a query 192.0.2.2 --json | json 'd[0]["id"]')" --json | json '[(r["told"], r["rule"], r["reason"]) for r in d if r["at"] != "next"][-1]')" "('no', 'off', 'asked us not to')"
same "and why" "$(a notices --why "$(a query 198.51.100.7 --json | json 'd[0]["id"]')" --json | json '[(r["recipient"], r["told"], r["rule"]) for r in d if r["at"] != "next"][-1]')" "('two@fr.example', 'no', 'no-contact')"
rm ask/outbox/new/*
ok "the other row is switched off, too" a contacts --off "asked us not to" --scope prefix --value 192.0.2.1/32
ok "again" a notices --again "$one" --send
says "but nothing is left" "withdrawn"
same "and nothing goes" "$(ls ask/outbox/new)" ""

# --- kills in the middle, at every moment of the dialogue
many() {
	ok "a node for kills" node "$1"
	python3 - "$2" <<'P'
import sys
n = int(sys.argv[1])
with open('many.jsonl', 'w') as f, open('many.csv', 'w') as c:
    c.write('prefix,email,language,format\n')
    for i in range(n):
        ip = '10.%d.%d.1' % (i // 256, i % 256)
        f.write('{"classification.type":"scanner","source.ip":"%s","time.source":"2026-06-18T10:00:00Z","feed.name":"f"}\n' % ip)
        c.write('%s/32,abuse@n%d.example,%s,csv\n' % (ip, i, ['en', 'ar', 'zh', 'fr', 'ru', 'es'][i % 6]))
P
	ok "many findings" "$ENTENTE" ingest --node "$1" -q many.jsonl
	ok "many contacts" "$ENTENTE" contacts --node "$1" -q --apply many.csv
	ok "many drafts" "$ENTENTE" notices --node "$1" -q --prepare
}
kills=${KILLS:-200}
many k "$((kills * 4))"
ok "kills by SMTP: none twice, none lost" python3 "$here/notices_kill.py" "$ENTENTE" k "$kills" smtp
cat "$work/.out"
many m "$((kills * 4))"
ok "kills by the outbox: each exactly once" python3 "$here/notices_kill.py" "$ENTENTE" m "$((kills / 4))" outbox
cat "$work/.out"
done_
