#!/bin/sh
# Folders and Maildirs that a server takes in by itself: with what the settings
# say of each, after a reload, killed in between, and hostile.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
. "$ENTENTE_SOURCE/tests/e2e/serve.sh"
s=2026-06-17-scan_rdp
report() { printf 'timestamp,ip,port\n2026-06-17 00:00:00,192.0.2.%s,3389\n' "$1"; }
events() { "$ENTENTE" query --node n --json --limit 0 | grep -o '"count":[0-9]*' | awk -F: '{ n += $2 } END { print n + 0 }'; }
empty() { [ -z "$(find "$1" -maxdepth 1 -type f)" ]; }

ok "a node" serve_node n
mkdir in box box/new box/cur box/tmp later
printf '\n[watch]\nfeed = too-early\n' >>n/entente.conf
exits 65 "a setting without its folder" "$ENTENTE" serve --check --node n
says "says where it belongs" 'folder = ...'
sed -i '/^feed = too-early/d' n/entente.conf
printf 'folder = in\n' >>n/entente.conf
exits 65 "a path that is not whole" "$ENTENTE" serve --check --node n
sed -i '/^folder = in/d' n/entente.conf
cat >>n/entente.conf <<C
folder = $work/in
feed = our-sensors
folder = $work/box
mail = spam
folder = $work/not-there
C
ok "the settings" "$ENTENTE" serve --check --node n

report 1 >in/$s-1.csv
serve n
wait_for "what lies there at the start is taken" 20 test -f in/done/$s-1.csv
ok "a folder that is not there is told" grep -q 'watch.gone path="*.*not-there' serve.log
report 2 >in/.$s-2.csv
mv in/.$s-2.csv in/$s-2.csv
wait_for "what comes later, too" 20 test -f in/done/$s-2.csv
wait_for "and read" 20 all_read
ok "with the feed that was said" sh -c 'curl -sk -H "$1" "$2api/v1/reports" | grep -q "\"feed\":\"our-sensors\""' sh "$auth" "$url"
printf 'From: a@example.org\nTo: b@example.org\nSubject: buy\nReceived: from x (x [192.0.2.77]) by mx.example.org; Wed, 17 Jun 2026 00:00:00 +0000\nDate: Wed, 17 Jun 2026 00:00:00 +0000\n\nhttp://spam.example/\n' >box/tmp/1.mail
mv box/tmp/1.mail box/new/1.mail
wait_for "a mail goes into cur" 20 test -f "box/cur/1.mail:2,S"
wait_for "it is read" 20 all_read
ok "as spam" sh -c 'curl -sk -H "$1" "$2api/v1/findings?class=spam&limit=5" | grep -q "192.0.2.77"' sh "$auth" "$url"
mkdir not-there
report 3 >not-there/$s-3.csv
wait_for "a folder that is there now" 20 test -f not-there/done/$s-3.csv

# Names that wait, a file that is still written to, what is no file.
report 4 >in/$s-4.csv.part
ln -s /etc/passwd in/link.csv
mkfifo in/pipe.csv
mkdir in/folder.csv
ln "$work/n/secret.key" in/hard.csv 2>/dev/null
{ report 5; sleep 4; } >in/$s-5.csv
wait_for "a file is taken when it is whole" 20 test -f in/done/$s-5.csv
ok "one under another name waits" test -f in/$s-4.csv.part
ok "a link stays where it is" test -L in/link.csv
ok "a pipe, too" test -p in/pipe.csv
ok "and a folder" test -d in/folder.csv
wait_for "all are read" 20 all_read
same "of a link's target there is nothing" "$(get 'api/v1/reports' | grep -c 'link.csv')" 0
if [ "$(id -u)" = 0 ]; then
	mkdir elsewhere strange
	report 6 >strange/$s-6.csv
	ln -s ../elsewhere strange/done
	chown -h 65534 strange/done
	sed -i "s,^folder = $work/not-there,folder = $work/strange," n/entente.conf
	kill -HUP "$server"
	wait_for "after a reload another folder is taken in" 20 grep -q 'watch.stuck' serve.log
	same "nothing is put where a stranger's link leads" "$(ls elsewhere | wc -l | tr -d ' ')" 0
	ok "it stays where it is" test -f strange/$s-6.csv
	rm strange/done
fi

# A reload: another folder, another feed.
sed -i "s,^folder = $work/box,folder = $work/later," n/entente.conf
sed -i '/^mail = spam/d; s/^feed = our-sensors/feed = renamed/' n/entente.conf
report 7 >later/$s-7.csv
kill -HUP "$server"
wait_for "after a reload the new folder is taken in" 20 test -f later/done/$s-7.csv
report 8 >in/$s-8.csv
wait_for "with the new feed" 20 test -f in/done/$s-8.csv
wait_for "all are read again" 20 all_read
ok "as it is called now" sh -c 'curl -sk -H "$1" "$2api/v1/reports" | grep -q "\"feed\":\"renamed\""' sh "$auth" "$url"

# The keeper is killed while many come: each is there once.
before=$(events)
mkdir crowd
i=0
while [ $i -lt 1500 ]; do
	i=$((i + 1))
	printf 'timestamp,ip,port\n2026-06-17 00:00:%02d,198.51.%d.%d,3389\n' $((i % 60)) $((i / 250)) $((i % 250)) >crowd/$s-c$i.csv
done
keeper() { pgrep -P "$server" entente-keeper; }
kill -9 "$(keeper)"
sed -i "s,^folder = $work/later,folder = $work/crowd," n/entente.conf
kill -HUP "$server"
for wait in 1 0.7 0.4; do
	sleep $wait
	kill -9 "$(keeper)" 2>/dev/null
done
wait_for "a crowd is taken" 120 empty crowd
wait_for "and read" 120 all_read
stop
same "it stops in order" "$status" 0
same "each is counted once" $(($(events) - before)) 1500
ok "the node is whole" "$ENTENTE" doctor --full --node n
done_
