#!/bin/sh
# Whoever signs in does not wait for what takes the keeper long: a report that is
# archived on a slow disk, its findings, the events of a large report, notices
# that are made, a mail server that hangs, a task of the clock that fails.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
. "$ENTENTE_SOURCE/tests/e2e/serve.sh"
client=$ENTENTE_SOURCE/tests/e2e/serve.py
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0"
s=2026-06-17-event4_microsoft_sinkhole_http
rows=40000
[ "$KILLS" = 40 ] && rows=10000

# patient WHAT COMMAND...: while the command runs, others are answered (serve.py waits).
patient() {
	what=$1
	shift
	rm -f .done
	python3 "$client" waits "$url" "$token" n/slow.log .done >waited &
	waiter=$!
	sleep 0.2
	"$@" >.command
	touch .done
	wait $waiter
	read -r longest asked refused fine <waited
	echo "$what: $asked were answered meanwhile, the slowest after $longest ms"
	same "$what: others are answered" "$fine" yes
	same "$what: nobody is refused" "$refused" 0
}
send() {
	curl -sk -m 60 -o .send -w '%{http_code}' -H "$auth" -H 'Content-Type: application/json' -d "$2" "${url}api/v1/$1"
}

ok "a node" serve_node n
sed -i 's/^\[node\]/[node]\nclock = 2026-06-18T12:00:00Z/' n/entente.conf
token=$("$ENTENTE" account token ana --node n --name all --json --scope findings.read,reports.read,reports.add,notices.read,notices.make,notices.send |
	sed 's/.*"token":"\([^"]*\)".*/\1/')
auth="Authorization: Bearer $token"
{ echo scope,value,email; seq 64496 65495 | sed 's/.*/asn,&,abuse&@example.org/'; } >contacts.csv
ok "contacts" "$ENTENTE" contacts --node n --apply contacts.csv
# shellcheck disable=SC2153 # given by meson
"$ROWS" $rows $rows 3 >$s-a.csv
"$ROWS" 300 300 5 >$s-b.csv

# A mail server that takes the call and says nothing.
python3 - <<'P' &
import os, socket, time
s = socket.create_server(("127.0.0.1", 0))
with open("port.tmp", "w") as f:
    f.write(str(s.getsockname()[1]))
os.rename("port.tmp", "port")
clients = []
while True:
    clients.append(s.accept()[0])
P
silent=$!
wait_for "a mail server" 10 test -s port
sed -i "s/^way = .*/way = smtp/; /^\[smtp\]/,/^\[server\]/s,^url = .*,url = smtp://127.0.0.1:$(cat port)," n/entente.conf
sed -i '/^\[smtp\]/,/^\[server\]/s/^tls = .*/tls = off/' n/entente.conf

# Each wait for the disk of the archive takes 4 s; of those a report has three.
export SLOW=4000:/archive/ SLOW_LOG="$work/n/slow.log"
LD_PRELOAD=$FAULT_LIB serve n
unset SLOW SLOW_LOG
same "ana signs in" "$(curl -sk -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' \
	-d '{"name":"ana","password":"correct horse battery 9"}' "${url}api/v1/session")" 201
patient "archiving on a slow disk" put $s-a.csv
same "it was taken" "$(cat .command)" 202
ok "the disk was slow" test "$(grep -c . n/slow.log)" -ge 2
rm n/slow.log
same "another one meanwhile" "$(put $s-b.csv)" 202
wait_for "both are read" 120 all_read
rm -f n/slow.log
id=$(get 'api/v1/findings?limit=1&order=id' | grep -o '"id":"[0-9]*"' | head -1 | tr -dc 0-9)
patient "events of a large report" get "api/v1/findings/$id/events"
ok "they are there" grep -q '"feed.name"\|"classification.type"' .command
patient "making notices" send notices/prepare '{}'
same "they are made" "$(cat .command)" 200
ok "for all contacts" grep -q '"notices":1000,' .send
begin_sending() {
	send notices/send '{}'
	sleep 3
}
patient "a mail server that hangs" begin_sending
same "it is begun" "$(cat .command)" 202
ok "the herald waits for it" sh -c 'pgrep -P "$1" entente-herald' sh "$server"
begun=$(date +%s)
stop
same "it stops in order" "$status" 0
same "within half a minute" "$([ $(($(date +%s) - begun)) -lt 30 ] && echo yes)" yes
kill $silent
same "nothing is in doubt" "$("$ENTENTE" notices --node n --limit 0 --state uncertain --json)" '[]'
ok "the node is whole" "$ENTENTE" doctor --full --node n

# A task of the clock that fails is told, and nothing else stops for it: sessions
# of June have ended, and cannot be swept; findings of June are silent, and are.
sed -i '/^clock = /d; s/^way = .*/way = outbox/' n/entente.conf
python3 - <<'P'
import sqlite3
db = sqlite3.connect("n/store.db")
assert db.execute("SELECT COUNT(*) FROM account_session").fetchone()[0] == 1
db.execute("CREATE TRIGGER no_sweep BEFORE DELETE ON account_session BEGIN SELECT RAISE(ABORT, 'not today'); END")
db.commit()
P
serve n
wait_for "what fails is told" 20 grep -q 'clock.failed task=sweep' serve.log
wait_for "what comes behind it is done" 20 grep -q 'findings.silent' serve.log
same "the keeper did not end" "$(grep -c serve.died serve.log)" 0
stop
same "it stops in order, too" "$status" 0
done_
