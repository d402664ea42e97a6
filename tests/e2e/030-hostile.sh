#!/bin/sh
# What comes in is hostile, broken or far too large: each costs itself, and says why.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
e() { "$ENTENTE" "$@" --node n; }

exits 66 "no node" "$ENTENTE" ingest --node nowhere x
says "how to make one" "entente init --node nowhere"
exits 64 "no such command" "$ENTENTE" frobnicate
exits 64 "no such option" "$ENTENTE" query --frobnicate
node n
mkdir in
head -c 300000 /dev/urandom >in/junk.bin
printf '' >in/empty.csv
printf 'hello, world\n' >in/text.txt
cp "$demo/2026-06-17-scan_rdp-demo.csv" in/2026-06-17-scan_rdp-good.csv
{ printf 'timestamp,ip,port,severity\n'; for i in $(seq 3000); do printf 'never,nowhere,none,none\n'; done; } >in/2026-06-17-scan_rdp-allbad.csv
awk 'BEGIN { printf "timestamp,ip,port\n"; for (i = 0; i < 30000000; i++) printf "x"; printf "\n2026-06-17 00:00:00,192.0.2.9,3389\n" }' >in/2026-06-17-scan_rdp-long.csv
python3 - <<'P'
import zipfile, gzip
with zipfile.ZipFile('in/bomb.zip', 'w', zipfile.ZIP_DEFLATED) as z:
    z.writestr('2026-06-17-scan_rdp-bomb.csv', b'timestamp,ip,port\n' + b'\n' * (300 << 20))
with zipfile.ZipFile('in/good.zip', 'w', zipfile.ZIP_DEFLATED) as z:
    z.writestr('2026-06-17-scan_rdp-zip.csv', 'timestamp,ip,port\n2026-06-17 00:00:00,192.0.2.10,3389\n')
open('in/2026-06-17-scan_rdp-gz.csv.gz', 'wb').write(gzip.compress(b'timestamp,ip,port\n2026-06-17 00:00:00,192.0.2.11,3389\n'))
m = 'From: a@b.example\nSubject: deep\nMIME-Version: 1.0\n'
for i in range(10000):
    m += 'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (i, i)
open('in/deep.eml', 'w').write(m + 'Content-Type: text/plain\n\nx\n')
open('in/deep.json', 'w').write('[' * 1000000)
P
exits 1 "ingest goes through all of it" e ingest in
says "the good one" "2026-06-17-scan_rdp-good.csv"
same "good, zip, gzip and the row behind the long line" "$(e stats --by class --json | python3 -c 'import json,sys; print(sum(r["events"] for r in json.load(sys.stdin)))')" 43
n=$(e reports --limit 0 --json | python3 -c 'import json,sys; print([r["report"] for r in json.load(sys.stdin) if "allbad" in r["name"]][0])')
ok "what is wrong, by column" e reports "$n"
says "once for all" "3000"
ok "the counters add up" e doctor --full
exits 1 "retry what was set aside" e retry
same "nothing more is counted" "$(e stats --by class --json | python3 -c 'import json,sys; print(sum(r["events"] for r in json.load(sys.stdin)))')" 43
# Members of one name are two parts: a retry of the first one's bad record takes
# nothing of the second; a mailbox may have any number of messages.
node twin
printf '[feed]\nname = twin\nformat = csv\n[constants]\nclassification.type = scanner\n[fields]\nsource.ip = 1\n' >twin/feeds/twin.conf
mkdir more
python3 - <<'P'
import warnings, zipfile
warnings.simplefilter('ignore')
with zipfile.ZipFile('more/twins.zip', 'w') as z:
    for text in ('192.0.2.1\n192.0.2.x\n', '192.0.2.3\n192.0.2.4\n', '192.0.2.5\n192.0.2.6\n'):
        z.writestr('a.csv', text)
    for i in 'xy':
        z.writestr('n' * 3000 + i + '.csv', '192.0.2.7\n192.0.2.8\n')
with open('more/many.mbox', 'w') as f:
    for i in range(12000):
        f.write('From x Wed Jun 17 00:00:00 2026\nFrom: a@b.example\nTo: c@d.example\nSubject: x\n\n%d\n\n' % i)
P
exits 1 "members of one name" "$ENTENTE" ingest --node twin --mapping twin more/twins.zip
says "all are read" "9 events, 1 records set aside"
same "each by a name of its own" "$("$ENTENTE" doctor --dump --node twin | awk -F'\t' '$1 == "finding" { print $21 }' | sort -u | wc -l | tr -d ' ')" 4
exits 1 "retry the bad one" "$ENTENTE" retry --node twin
same "no good one is counted again" "$("$ENTENTE" stats --node twin --by class --json | python3 -c 'import json,sys; print(sum(r["events"] for r in json.load(sys.stdin)))')" 9
exits 1 "a mailbox of 12,000 mails that say nothing" "$ENTENTE" ingest --node twin --mail spam more/many.mbox
says "each was looked at" "0 events, 12000 records set aside"
# The node's own files.
cp -r n broken
printf 'not a database, just text that stands where one should be' >broken/store.db
rm -f broken/store.db-wal broken/store.db-shm
exits 74 "a store that is none" "$ENTENTE" query --node broken
cp -r n damaged
printf 'x' | dd of=damaged/networks.tbl bs=1 seek=5000 conv=notrunc 2>/dev/null
exits 0 "a damaged table of networks costs itself" "$ENTENTE" query --node damaged
says "the remedy" "make it again"
printf '[node]\nnaem = x\n' >damaged/entente.conf
exits 65 "a misspelt setting" "$ENTENTE" query --node damaged
says "its line" "line 2"
# A full disk, where a small one can be had.
mkdir small
if mount -t tmpfs -o size=6m none small 2>/dev/null; then
	cp -r n small/n 2>/dev/null
	"$ROWS" 200000 >2026-06-17-event4_microsoft_sinkhole_http-big.csv
	exits 74 "a full disk" "$ENTENTE" ingest --node small/n 2026-06-17-event4_microsoft_sinkhole_http-big.csv
	says "it says so" "the disk is full"
	umount small
else
	echo "skipped: a full disk needs the right to mount a small one"
fi
done_
