#!/bin/sh
# A node's files and settings: whose they are, what is wrong with them, who may only read.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
e() { "$ENTENTE" "$@" --node n; }
export ENTENTE_NOW=1781870400 # 2026-06-19
umask 022
node n || exit 1
e contacts "$demo/contacts.csv" --apply -q
e ingest "$demo"/2026*.csv "$demo/complaint-arf.eml" -q
e notices --send -q

# Its owner's alone.
same "nothing is open to others" "$(find n -perm /077 | wc -l | tr -d ' ')" 0
ok "doctor" e doctor
says "it says so" "its owner's alone"
chmod -R go+rX n
exits 1 "doctor on an open node" e doctor
says "the remedy" "chmod -R go-rwx"
sed -i 's/^group = no/group = yes/' n/entente.conf
chmod -R o-rwx,g-w n
ok "its group may read" e doctor
says "it says so" "its group's to read"
e ingest "$demo/complaint-xarf.json" -q
same "new files too" "$(find n -perm /027 | wc -l | tr -d ' ')" 0

# Who may only read: another user where we are root, else no right to write.
if [ "$(id -u)" = 0 ]; then
	chgrp -R 65534 n && chmod 711 "$work" # the group of nobody
	set -- setpriv --reuid 65534 --regid 65534 --clear-groups
else
	chmod -R u-w n
	set -- env
fi
as=$*
# shellcheck disable=SC2086
reader() { $as "$ENTENTE" "$@" --node "$work/n"; }
if "$@" test -x "$ENTENTE" 2>/dev/null; then
	ok "who may only read asks" reader query --limit 1
	says "and is answered" "192.0.2."
	ok "also for counts" reader stats --by state
	exits 77 "but writes nothing" reader act resolve --country ES --yes
	mkdir closed && chmod 555 closed
	exits 77 "no right to make a node" "$@" sh -c 'cd / && exec "$0" "$@"' "$ENTENTE" init --node "$work/closed/n"
fi
chmod -R u+w n

# Tables that are wrong cost themselves.
e ingest "$demo/complaint-arf.eml" -q
printf 'no mapping' >n/feeds/aaa.conf
printf '{' >n/shadowserver.json
cp n/networks.tbl good.tbl
printf 'no table' >n/networks.tbl
cp "$demo/spam-1.eml" again.eml
exits 0 "ingest goes on" e ingest --mail spam --trusted 192.0.2.10 again.eml
says "with a warning of the mapping" "aaa.conf"
says "of the schema" "shadowserver.json"
says "of the table" "networks.tbl"
ok "query goes on" e query --limit 1
exits 1 "doctor names them" e doctor
says "the mapping" "aaa.conf"
says "the schema" "shadowserver.json"
says "the remedy of the table" "make it again: entente networks"
ok "-q is quiet" e query --limit 1 -q
same "no warning" "$(cat "$work/.err")" ""
rm n/feeds/aaa.conf n/shadowserver.json
mv good.tbl n/networks.tbl
ok "mended" e doctor

# Settings.
cp n/entente.conf good.conf
sed -i 's/^way = .*/way = pigeon/' n/entente.conf
exits 65 "a senseless setting" e query
says "its line, key and values" "way: \"pigeon\" is none of outbox, smtp"
sed 's/^way = .*/way = smtp/' good.conf >n/entente.conf
exits 1 "smtp without a server" e doctor
says "what lacks" "way = smtp needs url"
sed 's|^group = .*|clock = 2026-06-30T00:00:00Z|' good.conf >n/entente.conf
unset ENTENTE_NOW
same "a clock that stands" "$(e query --state open --since 60d --limit 0 --json | python3 -c 'import json,sys; print(len(json.load(sys.stdin)) > 0)')" True
cp good.conf n/entente.conf

# Exit statuses.
exits 66 "a folder that is not there" "$ENTENTE" watch --once nofolder --node n
exits 64 "a dump is no JSON" e doctor --dump --json
# The head of the file, and a whole page.
for damage in 0 8192; do
	cp -r n damaged
	yes damaged | head -c 8192 | dd of=damaged/store.db bs=1 seek="$damage" conv=notrunc 2>/dev/null
	got=$("$ENTENTE" doctor --node damaged >/dev/null 2>&1; echo $?)
	same "damage at $damage is 74 or told" "$([ "$got" = 74 ] || [ "$got" = 1 ] && echo yes)" yes
	rm -r damaged
done

# The demo shows old reports at their own time.
ok "demo" "$ENTENTE" demo --node d
says "the time" "2026-06-19"
says "the counters" "the counters add up"
same "its findings are open for who looks later" "$("$ENTENTE" query --node d --state open --limit 0 --json | python3 -c 'import json,sys; print(len(json.load(sys.stdin)) > 200)')" True
done_
