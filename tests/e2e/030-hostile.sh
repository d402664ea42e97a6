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
# The node's own files.
cp -r n broken
printf 'not a database, just text that stands where one should be' >broken/store.db
rm -f broken/store.db-wal broken/store.db-shm
exits 65 "a store that is none" "$ENTENTE" query --node broken
cp -r n damaged
printf 'x' | dd of=damaged/networks.tbl bs=1 seek=5000 conv=notrunc 2>/dev/null
exits 65 "a damaged table of networks" "$ENTENTE" query --node damaged
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
