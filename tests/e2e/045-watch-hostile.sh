#!/bin/sh
# A watched folder that strangers write to: slowly, twice, with odd names, with
# what is no file; and folders that go away.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
events() { "$ENTENTE" stats --node "${1:-n}" --by class --json | python3 -c 'import json,sys; print(sum(r["events"] for r in json.load(sys.stdin)))'; }
report() { printf 'timestamp,ip,port\n2026-06-17 00:00:00,192.0.2.%s,3389\n' "$1"; }
wait_for() {
	for i in $(seq 200); do
		[ -e "$1" ] && return 0
		sleep 0.1
	done
	return 1
}
# ends STATUS WHAT: the watch ends so by itself, within 20 seconds.
ends() {
	for i in $(seq 200); do
		kill -0 $pid 2>/dev/null || break
		sleep 0.1
	done
	kill -0 $pid 2>/dev/null && kill -9 $pid
	wait $pid
	same "$2" $? "$1"
}
s=2026-06-17-scan_rdp

node n
sed -i 's/^report_max.*/report_max = 1M/' n/entente.conf
mkdir in other
report 200 >secret.csv
ln -s ../secret.csv in/$s-link.csv
mkfifo in/$s-pipe.csv
mkdir in/$s-folder.csv
head -c 2000000 /dev/zero >in/$s-large.csv
report 1 >"in/$s-$(printf 'new\nline').csv"
report 2 >"in/$s-$(printf '\342\200\256bidi').csv"
report 3 >"in/$s-$(printf '\377\376utf8\033[2J').csv"
report 4 >in/$s-again.csv
"$ENTENTE" watch --node n in other >watch.log 2>watch.err &
pid=$!
ok "what can be taken is" wait_for in/done/$s-again.csv
same "names of all kinds" "$(ls in/done | wc -l | tr -d ' ')" 5
ok "a report that is too large is refused" wait_for in/refused/$s-large.csv
ok "and the log says why" grep -q "watch.refused.*larger than" watch.err
ok "a link stays" test -L in/$s-link.csv
ok "a pipe stays" test -p in/$s-pipe.csv
ok "a folder stays" test -d in/$s-folder.csv

# Half a report is none: it waits for its writer, while others go through.
exec 9>in/$s-slow.csv
report 5 >&9
report 6 >in/.tmp.csv
mv in/.tmp.csv in/$s-meanwhile.csv
ok "others go through" wait_for in/done/$s-meanwhile.csv
ok "what is being written waits" test -e in/$s-slow.csv
printf '2026-06-17 00:00:00,192.0.2.7,3389\n' >&9
exec 9>&-
ok "and is taken when it is finished" wait_for in/done/$s-slow.csv

# The same name again, other contents; the same contents again, another name.
report 8 >in/.tmp.csv
mv in/.tmp.csv in/$s-again.csv
ok "a name that is there is not overwritten" wait_for in/done/$s-again.csv.2
report 8 >in/.tmp.csv
mv in/.tmp.csv in/$s-same.csv
ok "the same contents" wait_for in/done/$s-same.csv
head -c 2000001 /dev/zero >in/.tmp
mv in/.tmp in/$s-large.csv
ok "what is refused is not overwritten" wait_for in/refused/$s-large.csv.2
same "the first one's bytes" "$(wc -c <in/refused/$s-large.csv | tr -d ' ')" 2000000
same "each counted once" "$(events)" 8

# One folder goes away and comes back; the other goes on.
mv other gone
report 9 >in/.tmp.csv
mv in/.tmp.csv in/$s-9.csv
ok "the other folder goes on" wait_for in/done/$s-9.csv
mv gone other
report 10 >other/.tmp.csv
mv other/.tmp.csv other/$s-10.csv
ok "it comes back" wait_for other/done/$s-10.csv
kill -TERM $pid
ends 0 "it ends when asked to"
same "nothing was said twice" "$(grep -c watch.gone watch.err)" 1
same "all counted" "$(events)" 10
ok "the node is whole" "$ENTENTE" doctor --full --node n
ok "the table is clean of what terminals obey" sh -c '! "$ENTENTE" reports --node n | grep -q "$(printf "\033\\|\342\200\256")"'

# done/ on another file system; many files at once, killed in their middle.
far=$(mktemp -d /dev/shm/entente-e2e-XXXXXX 2>/dev/null) || far=$(mktemp -d)
trap 'rm -rf "$work" "$far"' EXIT
node m
mkdir many
ln -s "$far" many/done
i=0
while [ $i -lt 3000 ]; do
	i=$((i + 1))
	printf 'timestamp,ip,port\n2026-06-17 00:00:%02d,192.0.%d.%d,3389\n' $((i % 60)) $((i / 250)) $((i % 250)) >many/$s-$i.csv
done
"$ENTENTE" watch --node m --once -q many >/dev/null 2>watch.err &
pid=$!
sleep 0.3
kill -9 $pid 2>/dev/null
wait $pid 2>/dev/null
ok "it goes on where it was killed" "$ENTENTE" watch --node m --once -q many
same "all were put away" "$(find many -maxdepth 1 -type f | wc -l | tr -d ' ')" 0
same "to the other file system" "$(ls "$far" | wc -l | tr -d ' ')" 3000
same "and counted once" "$(events m)" 3000

# Put away where nothing may be put: taken once, told once.
mkdir locked
report 11 >locked/$s-11.csv
ln -s /nowhere/at/all locked/done
"$ENTENTE" watch --node n locked >watch.log 2>watch.err &
pid=$!
sleep 6.5
same "told once" "$(grep -c watch.stuck watch.err)" 1
same "read once" "$(grep -c 'read' watch.log)" 1
# All folders gone, then the node itself.
mv locked unlocked
ends 66 "nothing left to watch"
mkdir in2
"$ENTENTE" watch --node n in2 >watch.log 2>watch.err &
pid=$!
sleep 1
mv n n.gone
report 12 >in2/$s-12.csv
sleep 2
kill -TERM $pid 2>/dev/null
wait $pid
mv n.gone n
"$ENTENTE" watch --node n --once -q in2 >/dev/null 2>&1
same "a node that was moved under it lost nothing" "$("$ENTENTE" query --node n 192.0.2.12 --json | grep -c '"count":1')" 1
ok "the node is whole" "$ENTENTE" doctor --full --node n
done_
