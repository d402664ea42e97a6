#!/bin/sh
# A watched folder and a Maildir; a newer schema taken without a restart.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
node n
mkdir in mail mail/new mail/cur mail/tmp
cp "$demo/2026-06-17-scan_rdp-demo.csv" in/
cp "$demo/spam-1.eml" mail/new/1.mail
"$ENTENTE" watch --node n --mail spam in mail >watch.log 2>&1 &
pid=$!
wait_for() {
	for i in $(seq 100); do
		[ -e "$1" ] && return 0
		sleep 0.1
	done
	return 1
}
ok "what lay there is taken" wait_for in/done/2026-06-17-scan_rdp-demo.csv
ok "the mail goes to cur" wait_for mail/cur/1.mail:2,S
cp "$demo/2026-06-17-scan_ntpmonitor-demo.csv" in/.x.tmp
mv in/.x.tmp in/2026-06-17-scan_ntpmonitor-demo.csv
ok "what comes is taken" wait_for in/done/2026-06-17-scan_ntpmonitor-demo.csv
printf 'half' >in/unfinished.part
sleep 0.5
ok "an unfinished file waits" test -e in/unfinished.part
kill -TERM $pid
wait $pid
same "it ends when asked to" $? 0
same "all is counted" "$("$ENTENTE" stats --node n --by class --json | python3 -c 'import json,sys; print(sum(r["events"] for r in json.load(sys.stdin)))')" 71

# A node that had no table of networks: the first one is used as any later one.
ok "a node without networks" "$ENTENTE" init --node late --mail csirt@demo.example
mkdir in2
"$ENTENTE" watch --node late in2 >watch2.log 2>&1 &
pid=$!
sleep 1
ok "its first table" "$ENTENTE" networks --node late --asn "$demo/asn.csv" --country "$demo/country.csv"
sleep 6
cp "$demo/complaint-arf.eml" in2/
ok "a report after it" wait_for in2/done/complaint-arf.eml
kill -TERM $pid
wait $pid
same "is attributed by it" "$("$ENTENTE" stats --node late --by asn --json | grep -c '"key":644[0-9]*,')" 1
done_
