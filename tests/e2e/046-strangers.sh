#!/bin/sh
# What strangers leave where we look: links in a folder that we put files away
# in, an archive that somebody wrote to, names and bytes that a terminal obeys.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
report() { printf 'timestamp,ip,port\n2026-06-17 00:00:00,192.0.2.%s,3389\n' "$1"; }
s=2026-06-17-scan_rdp
escape=$(printf '\033')
override=$(printf '\342\200\256')
csi=$(printf '\302\233')

# on_terminal COMMAND...: what a terminal would get, as it is.
on_terminal() { python3 "$ENTENTE_SOURCE/tests/e2e/terminal.py" raw "$@"; }
# clean WHAT FILE: nothing in it that a terminal obeys.
clean() { same "$1" "$(grep -c "$escape\[2J\|$override\|$csi\|$escape\]" "$2")" 0; }

node n
# A link of root or our own is followed (045); one that others made is not.
if [ "$(id -u)" = 0 ]; then
	mkdir in elsewhere box box/cur box/tmp box/real
	report 1 >in/$s-1.csv
	ln -s ../elsewhere in/done
	chown -h 65534 in/done
	"$ENTENTE" watch --node n --once in >watch.log 2>watch.err
	same "nothing is put where a stranger's link leads" "$(ls elsewhere | wc -l | tr -d ' ')" 0
	ok "it stays where it is" test -f in/$s-1.csv
	ok "and the log says so" grep -q watch.stuck watch.err
	rm in/done
	ok "without the link" "$ENTENTE" watch --node n --once -q in
	ok "it is put away" test -f in/done/$s-1.csv
	# new/ of a Maildir that is another's: what lies behind the link is not his.
	report 2 >elsewhere/$s-2.csv
	ln -s ../elsewhere box/new
	chown -h 65534 box/new
	"$ENTENTE" watch --node n --once box >watch.log 2>watch.err
	ok "a Maildir's link moves no file" test -f elsewhere/$s-2.csv
	same "nor into cur" "$(ls box/cur | wc -l | tr -d ' ')" 0
fi

# Names and bytes, on a terminal.
name="$s-${override}fdp${csi}31m$escape]0;x.csv"
printf 'timestamp,ip,port,banner\n2026-06-17 00:00:00,192.0.2.3,3389,%s[2Jx%s\n' "$escape" "$override" >"$name"
on_terminal "$ENTENTE" ingest --node n "$name" >out
clean "ingest" out
on_terminal "$ENTENTE" ingest --node n --feed other "$name" >out
ok "the second time is told" grep -q 'received with other options' out
clean "the second time" out
id=$("$ENTENTE" reports --node n --limit 1 --json | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["report"])')
on_terminal "$ENTENTE" reports --node n "$id" --raw >out
ok "its bytes are shown" grep -q '192.0.2.3,3389' out
clean "its bytes" out
ok "as they came where it is no terminal" sh -c '"$1" reports --node n "$2" --raw | cmp - "$3"' sh "$ENTENTE" "$id" "$name"
on_terminal "$ENTENTE" ingest --node n "$name.not-there" >out
clean "an error" out
on_terminal "$ENTENTE" ingest --node n --lang ar "$name.not-there" >out
clean "an error from the right" out

# An archive that somebody wrote to, and a list that is lost.
python3 - <<'P'
import glob, hashlib, json, os, struct
files = sorted(glob.glob('n/archive/??/*.zst'))
path = files[0]
data = open(path, 'rb').read()
size = struct.unpack('<I', data[4:8])[0]
def note(o):
    text = o if isinstance(o, bytes) else json.dumps(o).encode()
    return b'\x50\x2a\x4d\x18' + struct.pack('<I', len(text)) + text
was = json.loads(data[8:8 + size])
was.update(name='x\x1b[2J\u202e\0y', received_s=2**63 - 1, order=-2**63)
open(path, 'wb').write(note(was) + data[8 + size:])
base = path[:-4]
open(base + '.20000.note', 'wb').write(b'{"name":')       # damaged
open(base + '.20001.note', 'wb').write(json.dumps({'received_s': -5, 'name': 'z'}).encode())
open(base + '.4294967295.note', 'wb').write(b'{}')
os.mkfifo(base + '.20002.note')                            # who reads it waits
os.mkfifo('n/archive/ab/' + 'ab' * 32 + '.zst') if os.path.isdir('n/archive/ab') else (os.mkdir('n/archive/ab'), os.mkfifo('n/archive/ab/' + 'ab' * 32 + '.zst'))
P
rm -f n/store.db n/store.db-wal n/store.db-shm
timeout 60 "$ENTENTE" replay --node n >replay.log 2>&1
same "it does not wait for a pipe's writer" "$([ $? -lt 100 ] && echo ends)" ends
"$ENTENTE" reports --node n --limit 0 --json >one.json
timeout 60 "$ENTENTE" replay --node n >>replay.log 2>&1
"$ENTENTE" reports --node n --limit 0 --json >two.json
same "a second time adds nothing" "$(python3 -c 'import json; print(len(json.load(open("one.json"))) == len(json.load(open("two.json"))))')" True
same "the day stands in the note's name" "$(python3 -c 'import json; print(sum(r["received"][:10] == "2024-10-04" for r in json.load(open("two.json"))))')" 1
on_terminal "$ENTENTE" reports --node n --limit 0 >out
clean "the list" out
ok "the log" sh -c 'cat replay.log >out'
clean "the log" out
done_
