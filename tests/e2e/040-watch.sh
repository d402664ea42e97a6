#!/bin/sh
# A watched folder and a Maildir; a newer schema taken without a restart.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
node n
mkdir in mail mail/new mail/cur mail/tmp
cp "$demo/2026-06-17-scan_rdp-demo.csv" in/
cp "$demo/spam-1.eml" mail/new/1.mail
mkdir -p n/feeds
printf '[feed]\nformat = list\n[constants]\nclassification.type = blacklist\n[fields]\nsource.ip! = 1\n' >n/feeds/mine.conf
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
# A schema that knows a report which ours does not, between two reports.
python3 - <<'P'
import json
json.dump({'_meta': {'date_created': '2026-06-18'}, 'scan_brandnew': {
    'file_name': 'scan_brandnew', 'feed_name': 'Brand-New', 'constant_fields': {
        'classification.taxonomy': 'vulnerable', 'classification.type': 'vulnerable-system',
        'classification.identifier': 'open-brandnew'},
    'required_fields': [['time.source', 'timestamp', 'add_UTC_to_timestamp'], ['source.ip', 'ip', 'validate_ip']],
    'optional_fields': []}}, open('n/.schema.tmp', 'w'))
open('in/.y.tmp', 'w').write('timestamp,ip\n2026-06-17 00:00:00,192.0.2.77\n')
open('in/.z.tmp', 'w').write('timestamp,ip\n2026-06-17 00:00:00,192.0.2.78\n')
P
mv in/.y.tmp in/2026-06-17-scan_brandnew-early.csv
ok "a report that nobody knows yet" wait_for in/done/2026-06-17-scan_brandnew-early.csv
sleep 1
# As a fetched file has it: with the date of its server, long before what was loaded.
touch -d 2026-01-01 n/.schema.tmp
mv n/.schema.tmp n/shadowserver.json
sleep 1.2
mv in/.z.tmp in/2026-06-17-scan_brandnew-late.csv
ok "the next one, with the newer schema there" wait_for in/done/2026-06-17-scan_brandnew-late.csv
printf 'half' >in/unfinished.part
sleep 0.5
ok "an unfinished file waits" test -e in/unfinished.part
kill -TERM $pid
wait $pid
same "it ends when asked to" $? 0
same "all is counted" "$("$ENTENTE" stats --node n --by class --json | python3 -c 'import json,sys; print(sum(r["events"] for r in json.load(sys.stdin)))')" 72

same "the newer schema was read without a restart" "$("$ENTENTE" query --node n --limit 0 --json | grep -cF '"192.0.2.78"')" 1
ok "what came before it, once more" "$ENTENTE" retry --node n
same "is read with it, too" "$("$ENTENTE" query --node n --limit 0 --json | grep -cE '"192.0.2.7[78]"')" 2

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
