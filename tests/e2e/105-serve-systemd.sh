#!/bin/sh
# Under a service manager: what it is told and when, a socket that it bound, and
# a user that root becomes for good.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
. "$ENTENTE_SOURCE/tests/e2e/serve.sh"

# Each datagram as a line, with its lines between bars.
python3 - <<'P' &
import os, socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("notify.tmp")
os.rename("notify.tmp", "notify")
with open("told", "w") as f:
    while True:
        f.write(s.recv(4096).decode().replace("\n", "|") + "\n")
        f.flush()
P
listener=$!
wait_for "a listener" 10 test -S notify
told() { [ "$(grep -c "$1" told)" -ge "${2:-1}" ]; }

ok "a node" serve_node n
export NOTIFY_SOCKET="$work/notify" WATCHDOG_USEC=1000000
serve n
wait_for "it says that it is ready" 10 told '^READY=1|STATUS='
wait_for "and that it lives" 10 told '^WATCHDOG=1$' 3
begun=$(grep -c . told)
sed -i 's/^processes = .*/processes = 3/' n/entente.conf
kill -HUP "$server"
wait_for "a reload is told with its moment" 10 told '^RELOADING=1|MONOTONIC_USEC=[0-9]*$'
wait_for "and its end" 30 told '^READY=1$'
usec=$(sed -n 's/^RELOADING=1|MONOTONIC_USEC=//p' told)
ok "the moment is the machine's" python3 -c "import sys, time; d = time.clock_gettime(time.CLOCK_MONOTONIC) - $usec / 1e6; sys.exit(not 0 <= d < 60)"
ok "three processes serve" sh -c '[ "$(pgrep -c -P "$1" entente-web)" = 3 ]' sh "$server"
echo nonsense >>n/entente.conf
kill -HUP "$server"
wait_for "one that is refused ends, too" 30 told '^READY=1$' 2
sed -i '/^nonsense/d' n/entente.conf

# A keeper that hangs is not well: the manager hears nothing any more.
keeper=$(pgrep -P "$server" entente-keeper)
kill -STOP "$keeper"
unhealthy() { ! healthy; }
wait_for "one that hangs is found" 60 unhealthy
sleep 1
before=$(grep -c WATCHDOG told)
sleep 3
same "of a keeper that hangs nothing good is told" "$(grep -c WATCHDOG told)" "$before"
kill -CONT "$keeper"
wait_for "until it goes on" 15 sh -c '[ "$(grep -c WATCHDOG told)" -gt "$1" ]' sh "$before"
stop
same "it stops in order" "$status" 0
wait_for "and said so" 5 told '^STOPPING=1$'
same "nothing else was said" "$(grep -vc -e '^READY=1' -e '^WATCHDOG=1$' -e '^RELOADING=1|' -e '^STOPPING=1$' told)" 0
# Somebody else's watchdog.
WATCHDOG_PID=1 WATCHDOG_USEC=200000 serve n
count=$(grep -c WATCHDOG told)
sleep 1
same "another process' watchdog is not fed" "$(grep -c WATCHDOG told)" "$count"
stop
unset NOTIFY_SOCKET WATCHDOG_USEC
kill $listener

# The units that ship.
if command -v systemd-analyze >/dev/null; then
	mkdir units
	sed "s,/usr/bin/entente,$ENTENTE," "$ENTENTE_SOURCE/data/systemd/entente.service" | grep -v '^Documentation=' >units/entente.service
	cp "$ENTENTE_SOURCE/data/systemd/entente.socket" units/
	ok "systemd takes the units" systemd-analyze verify "$work/units/entente.service" "$work/units/entente.socket"
	same "without a word" "$(cat .out .err)" ""
	score=$(systemd-analyze security --offline=yes "$work/units/entente.service" 2>/dev/null | sed -n 's/.*Overall exposure level.*: \([0-9.]*\).*/\1/p')
	echo "exposure $score"
	ok "and finds little exposed" sh -c '[ -z "$1" ] || [ "${1%%.*}" -lt 2 ]' sh "$score"
else
	echo "left out: there is no systemd-analyze"
fi

# Root becomes another user, all of it and for good.
if [ "$(id -u)" = 0 ] && id nobody >/dev/null 2>&1; then
	uid=$(id -u nobody) gid=$(id -g nobody)
	chmod 711 "$work"
	chown -R nobody n
	serve n --user nobody
	for p in $server $(pgrep -P "$server"); do
		name=$(cat "/proc/$p/comm")
		same "$name is that user, in every way" "$(awk '/^Uid:/ { print $2, $3, $4, $5 }' "/proc/$p/status")" "$uid $uid $uid $uid"
		same "$name is in its group" "$(awk '/^Gid:/ { print $2, $3, $4, $5 }' "/proc/$p/status")" "$gid $gid $gid $gid"
		same "$name is in none of root's" "$(awk '/^Groups:/ { for (i = 2; i <= NF; i++) if ($i == 0) n++; print n + 0 }' "/proc/$p/status")" 0
		same "$name has no right of root's" "$(awk '/^Cap(Prm|Eff|Amb):/ { if ($2 !~ /^0*$/) n++ } END { print n + 0 }' "/proc/$p/status")" 0
	done
	same "a report is taken" "$(put "$demo/2026-06-17-compromised_website-demo.csv")" 202
	wait_for "and read" 20 all_read
	stop
	same "it stops in order, too" "$status" 0
	same "all files are that user's" "$(find n ! -user nobody | wc -l | tr -d ' ')" 0
else
	echo "left out: becoming another user needs root"
fi
done_
