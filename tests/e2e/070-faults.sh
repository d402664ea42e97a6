#!/bin/sh
# The machine fails: disks that are full at any moment or may not be written, files
# that may not grow, too few descriptors, a clock that goes back, two at once.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
dump() { "$ENTENTE" doctor --dump --node "$1" | sha256sum; }
# fine WHAT: the last command ended with a status of ours, and a failure has a sentence.
fine() {
	case $got in
	0 | 1) passed=$((passed + 1)) ;;
	65 | 66 | 74 | 75 | 77)
		if grep -q '^entente: .*[a-z]' .err; then passed=$((passed + 1)); else same "$1: a sentence" "$(cat .err)" "entente: ..."; fi ;;
	*) same "$1: its status" "$got" "0, 1, 65, 66, 74, 75 or 77" ; tail -3 .err ;;
	esac
}
run() {
	"$@" >.out 2>.err
	got=$?
}
cd "$work" || exit 2
export ENTENTE_NOW=1781870400
mkdir in
"$ROWS" 15000 15000 3 >in/2026-06-17-event4_microsoft_sinkhole_http-a.csv
"$ROWS" 15000 15000 5 >in/2026-06-18-event4_microsoft_sinkhole_http-b.csv
cp "$demo"/2026*.csv in/
node calm
ok "a node that is left alone" "$ENTENTE" ingest --node calm -q in
calm=$(dump calm)

# A file that may not grow over so many KiB: each is full in another place.
for kib in ${FILE_KIB:-16 128 700 3000}; do
	rm -rf n
	node n
	run sh -c "ulimit -f $((kib * 2)); exec \"\$0\" ingest --node n -q in" "$ENTENTE"
	fine "files of $kib KiB at most"
	ok "$kib KiB: the node is whole" "$ENTENTE" doctor --full --node n
	ok "$kib KiB: it goes on" "$ENTENTE" ingest --node n -q in
	same "$kib KiB: as if nothing had been" "$(dump n)" "$calm"
done

# A disk of so many KiB.
mkdir small
if mount -t tmpfs -o size=1m none small 2>/dev/null; then
	umount small
	for kib in ${DISK_KIB:-400 1500 4000 8000}; do
		mount -t tmpfs -o size="${kib}k" none small
		run "$ENTENTE" init --node small/n -q --mail a@b.example
		fine "init on $kib KiB"
		run "$ENTENTE" networks --node small/n --asn "$demo/asn.csv" --country "$demo/country.csv" -q
		fine "networks on $kib KiB"
		run "$ENTENTE" ingest --node small/n -q in
		fine "ingest on $kib KiB"
		mount -o remount,size=3g small
		[ -e small/n/entente.conf ] || "$ENTENTE" init --node small/n -q --mail a@b.example
		ok "$kib KiB: the rest" "$ENTENTE" networks --node small/n --asn "$demo/asn.csv" --country "$demo/country.csv" -q
		ok "$kib KiB: whole after space was given" "$ENTENTE" doctor --node small/n --json
		ok "$kib KiB: it goes on" "$ENTENTE" ingest --node small/n -q in
		[ "$got" = 66 ] || [ "$kib" -lt 800 ] || same "$kib KiB: as if nothing had been" "$(dump small/n)" "$calm"
		same "$kib KiB: nothing lies in tmp" "$(find small/n/archive/tmp -type f | wc -l | tr -d ' ')" 0
		umount small
	done
	# A disk that may only be read.
	mount -t tmpfs -o size=3g none small
	cp -r calm small/n
	mkdir small/in
	printf 'timestamp,ip,port\n2026-06-17 00:00:00,192.0.2.9,3389\n' >small/in/2026-06-17-scan_rdp-x.csv
	mount -o remount,ro small
	for c in "ingest in" "watch --once small/in" query stats doctor reports retry replay "notices --prepare" "networks --asn $demo/asn.csv" "contacts $demo/contacts.csv --apply"; do
		# shellcheck disable=SC2046,SC2086
		run "$ENTENTE" ${c%% *} --node small/n $(echo "$c " | cut -s -d' ' -f2-)
		fine "read-only: $c"
	done
	mount -o remount,rw small
	ok "what could not be taken lies where it was" test -e small/in/2026-06-17-scan_rdp-x.csv
	ok "whole when it may be written again" "$ENTENTE" doctor --full --node small/n --json
	same "and as it was" "$(dump small/n)" "$calm"
	umount small
else
	echo "skipped: full and read-only disks need the right to mount small ones"
fi

# Too few descriptors.
for n in ${DESCRIPTORS:-4 8 12 16 24}; do
	rm -rf n
	node n
	run sh -c "ulimit -n $n; exec \"\$0\" ingest --node n -q in" "$ENTENTE"
	case $got in 127) continue ;; esac
	fine "$n descriptors"
	ok "$n descriptors: it goes on" "$ENTENTE" ingest --node n -q in
	same "$n descriptors: as if nothing had been" "$(dump n)" "$calm"
done

# A clock that goes back between two runs, and far ahead.
rm -rf n
node n
for now in 1781870400 1771870400 1981870400 1 1781870400; do
	printf 'timestamp,ip,port\n2026-06-17 00:00:00,192.0.2.%d,3389\n' $((now % 250)) >2026-06-17-scan_rdp-$now.csv
	ENTENTE_NOW=$now ok "clock at $now" "$ENTENTE" ingest --node n -q "2026-06-17-scan_rdp-$now.csv"
done
# What is silent depends on the moment of asking: both ask at the same.
export ENTENTE_NOW=1981870400
ok "a last look" "$ENTENTE" ingest --node n -q "2026-06-17-scan_rdp-1.csv"
before=$(dump n)
ok "replay" "$ENTENTE" replay --node n -q
same "gives the same" "$(dump n)" "$before"
export ENTENTE_NOW=1781870400

# Two at once, and a look meanwhile.
rm -rf n
node n
python3 -c 'import fcntl, time
f = open("n/lock", "a")
fcntl.flock(f, fcntl.LOCK_EX)
open("held", "w")
time.sleep(300)' &
pid=$!
while ! [ -e held ]; do sleep 0.1; done
exits 75 "a second ingest" "$ENTENTE" ingest --node n -q in
says "says why" "another entente is writing to n"
exits 75 "a watch" "$ENTENTE" watch --node n --once in
exits 75 "a replay" "$ENTENTE" replay --node n
ok "a look meanwhile" "$ENTENTE" query --node n
ok "and doctor" "$ENTENTE" doctor --node n --json
kill -TERM $pid
wait $pid
"$ENTENTE" ingest --node n -q in >/dev/null 2>&1 &
pid=$!
looks=0
while kill -0 $pid 2>/dev/null; do
	"$ENTENTE" stats --node n --by class --json >/dev/null 2>.err || same "a look during an ingest" "$(cat .err)" ""
	looks=$((looks + 1))
done
wait $pid
same "the ingest that was looked at" $? 0
echo "$looks looks meanwhile"
done_
