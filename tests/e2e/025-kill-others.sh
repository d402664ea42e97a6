#!/bin/sh
# kill -9 at random moments of everything but ingest (020-kill.sh has that): watch,
# retry, replay, networks, contacts, notices, init, and of readers and the nursery
# alone. SEED repeats a run; ROUNDS kills each.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
rounds=${ROUNDS:-12}
seed=${SEED:-$(date +%s)}
echo "SEED=$seed"
turn=0
killed=0
export ENTENTE_NOW=1781870400
# The leak sanitizer's own child is among those that are killed, and it waits for it for ever.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
# moment MAX: sleep a random part of MAX seconds.
moment() {
	turn=$((turn + 1))
	sleep "$(awk -v s="$seed" -v t="$turn" -v m="$1" 'BEGIN { srand(s + 7919 * t); rand(); printf "%.3f", 0.003 + rand() * m }')"
}
# kill_in MAX COMMAND...
kill_in() {
	max=$1
	shift
	"$@" >/dev/null 2>&1 &
	pid=$!
	moment "$max"
	kill -9 $pid 2>/dev/null && killed=$((killed + 1))
	wait $pid 2>/dev/null
}
dump() { "$ENTENTE" doctor --dump --node "$1" | sha256sum; }
events() { "$ENTENTE" stats --node "$1" --by class --json | python3 -c 'import json,sys; print(sum(r["events"] for r in json.load(sys.stdin)))'; }
# archived NODE FILE...: are these bytes in the archive? That each archived file has
# the bytes of its name is doctor's.
archived() {
	node=$1
	shift
	for f in "$@"; do
		sha=$(sha256sum "$f" | cut -d' ' -f1)
		[ -e "$node/archive/$(echo "$sha" | cut -c1-2)/$sha.zst" ] || { echo "lost: $f"; return 1; }
	done
}

# --- init ---
for i in $(seq "$rounds"); do
	kill_in 0.02 "$ENTENTE" init --node "i$i" -q
	"$ENTENTE" init --node "i$i" -q >/dev/null 2>&1
	ok "init $i goes on, or was done" "$ENTENTE" doctor --full --node "i$i" --json
done

# --- networks: the old table or the new one ---
awk 'BEGIN { for (i = 0; i < 120000; i++) { a = 16777216 + i * 512; printf "%d.%d.%d.%d,%d.%d.%d.%d,%d,\"Net %d\"\n", a / 16777216, a / 65536 % 256, a / 256 % 256, 0, a / 16777216, a / 65536 % 256, a / 256 % 256, 255, 64496 + i % 999, i } }' >large.csv
node n
for i in $(seq "$rounds"); do
	kill_in 0.3 "$ENTENTE" networks --node n --asn large.csv --country "$demo/country.csv" -q
	ok "a table after kill $i" "$ENTENTE" networks --node n 192.0.2.1
done
ok "networks in the end" "$ENTENTE" networks --node n --asn large.csv --country "$demo/country.csv" -q
same "no half table is left" "$(find n -name '*.tmp.*' | wc -l | tr -d ' ')" 0
ok "the demo's networks" "$ENTENTE" networks --node n --asn "$demo/asn.csv" --country "$demo/country.csv" -q

# --- contacts ---
for i in $(seq "$rounds"); do
	kill_in 0.1 "$ENTENTE" contacts --node n "$demo/contacts.csv" --apply -q
	same "all contacts or none" "$("$ENTENTE" contacts --node n --json | python3 -c 'import json,sys; n = len(json.load(sys.stdin)); print("all" if n in (0, 10) else n)')" all
done
ok "contacts in the end" "$ENTENTE" contacts --node n "$demo/contacts.csv" --apply -q

# --- readers and the nursery, while it reads ---
mkdir in
"$ROWS" 40000 20000 3 >in/2026-06-17-event4_microsoft_sinkhole_http-a.csv
"$ROWS" 20000 20000 5 >in/2026-06-18-event4_microsoft_sinkhole_http-b.csv
cp "$demo"/2026*.csv "$demo"/complaint-xarf.json in/
{ printf 'timestamp,ip,port\n'; for i in $(seq 30000); do printf 'never%d,192.0.2.1,22\n' "$i"; done; } >in/2026-06-19-scan_rdp-bad.csv
cp -r n calm
"$ENTENTE" ingest --node calm -q in >/dev/null 2>&1
calm=$(dump calm)
for i in $(seq "$rounds"); do
	"$ENTENTE" ingest --node n -q in >/dev/null 2>&1 &
	pid=$!
	moment 0.5
	victim=$(cat /proc/$pid/task/$pid/children 2>/dev/null)
	victim=${victim%% *}
	if [ $((i % 3)) != 0 ] && [ -n "$victim" ]; then
		victim=$(cat "/proc/$victim/task/$victim/children" 2>/dev/null)
		victim=${victim%% *}
	fi
	[ -n "$victim" ] && kill -9 "$victim" 2>/dev/null && killed=$((killed + 1))
	wait $pid
	status=$?
	case $status in 0 | 1 | 74) ;; *) same "ingest with a reader killed ends" $status "0, 1 or 74" ;; esac
done
"$ENTENTE" ingest --node n -q in >/dev/null 2>&1
"$ENTENTE" retry --node n -q >/dev/null 2>&1
same "no report is left aside" "$("$ENTENTE" reports --node n --state aside --json)" "[]"
same "as if no reader had been killed" "$(dump n)" "$(dump calm)"

# --- retry, replay ---
for i in $(seq "$rounds"); do
	kill_in 0.4 "$ENTENTE" retry --node n -q
done
"$ENTENTE" retry --node n -q >/dev/null 2>&1
same "a killed retry counts nothing twice" "$(events n)" "$(events calm)"
"$ENTENTE" retry --node calm -q >/dev/null 2>&1
same "and says the same of what is bad" "$(dump n)" "$(dump calm)"
for i in $(seq "$rounds"); do
	kill_in 0.7 "$ENTENTE" replay --node n -q
done
"$ENTENTE" replay --node n -q >/dev/null 2>&1
same "a killed replay gives the same" "$(dump n)" "$calm"

# --- notices: each once ---
for i in $(seq "$rounds"); do
	kill_in 0.15 "$ENTENTE" notices --node n --prepare -q
	kill_in 0.15 "$ENTENTE" notices --node n --send -q
done
ok "notices in the end" "$ENTENTE" notices --node n --prepare -q
ENTENTE_NOW=$((ENTENTE_NOW + 20000)) ok "sent in the end" "$ENTENTE" notices --node n --send -q
"$ENTENTE" notices --node calm --prepare -q >/dev/null 2>&1
"$ENTENTE" notices --node calm --send -q >/dev/null 2>&1
told() { sed -n 's/^To: //p' "$1"/outbox/new/* | sort; }
same "each contact is written to once" "$(told n)" "$(told calm)"
same "the same findings are told" "$("$ENTENTE" query --node n --state notified --limit 0 --json | grep -c '"state"')" "$("$ENTENTE" query --node calm --state notified --limit 0 --json | grep -c '"state"')"

# --- watch: moved away only when it is safe ---
node w
mkdir drop mail mail/new mail/cur mail/tmp keep
for i in $(seq 60); do
	printf 'timestamp,ip,port\n2026-06-17 00:00:00,192.0.2.%d,3389\n' "$i" >"keep/2026-06-17-scan_rdp-$i.csv"
	sed "s/^Subject: .*/Subject: $i/" "$demo/spam-1.eml" >"keep/$i.mail"
done
for i in $(seq "$rounds"); do
	for k in 1 2 3 4 5; do
		n=$(((i - 1) * 5 + k))
		[ $n -gt 60 ] && break
		cp keep/2026-06-17-scan_rdp-$n.csv drop/.t && mv drop/.t drop/2026-06-17-scan_rdp-$n.csv
		cp keep/$n.mail mail/tmp/$n && mv mail/tmp/$n mail/new/$n.mail
	done
	kill_in 0.4 "$ENTENTE" watch --node w --mail spam -q drop mail
	# What was put away must be kept already.
	find drop/done mail/cur -type f 2>/dev/null >away
	# Names of ours: none has a blank.
	# shellcheck disable=SC2046
	ok "what was put away is kept, kill $i" archived w $(cat away)
done
cp keep/*.csv drop/ 2>/dev/null
ok "the watch in the end" "$ENTENTE" watch --node w --mail spam --once -q drop mail
# shellcheck disable=SC2046
ok "all of it is in the archive" archived w keep/2026*.csv $(ls mail/cur/* | head -60)
same "nothing lies about" "$(find drop mail/new -maxdepth 1 -type f | wc -l | tr -d ' ')" 0
n=$((rounds * 5 < 60 ? rounds * 5 : 60))
same "each counted once" "$(events w)" $((60 + n))

for d in n calm w; do
	ok "$d is whole" "$ENTENTE" doctor --full --node $d
done
echo "$killed killed"
sleep 1
same "no process is left behind" "$(pgrep -f "$work" | wc -l | tr -d ' ')" 0
done_
