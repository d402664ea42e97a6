#!/bin/sh
# Many streams of server-sent events at once: each hears what its rights let it,
# memory stays, a reload ends them in order and they come back.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
. "$ENTENTE_SOURCE/tests/e2e/serve.sh"
streams=200
[ "$KILLS" = 40 ] && streams=60

ok "a node" serve_node n
sed -i 's/^tls = yes/tls = no/; s/^processes = .*/processes = 2/; s/^\[node\]/[node]\nclock = 2026-06-18T12:00:00Z/' n/entente.conf
# token NAME ROLES SCOPES [COUNTRY]
token() {
	echo 'correct horse battery 9' | "$ENTENTE" account add "$1" --node n --role "$2" ${4:+--country "$4"} --password-file - -q &&
		"$ENTENTE" account token "$1" --node n --name live --json --scope "$3" | sed 's/.*"token":"\([^"]*\)".*/\1/'
}
viewer=$(token eye viewer findings.read)
bound=$(token point focal-point findings.read,notices.read FR)
donor=$(token gift donor stats.read)
worker=$("$ENTENTE" account token ana --node n --name work --json --scope findings.read,findings.act,reports.read,reports.add | sed 's/.*"token":"\([^"]*\)".*/\1/')
serve n
same "a donor hears nothing" "$(curl -s -m 5 -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $donor" "${url}api/v1/live")" 403
same "nor does who is bound to a country: an id is made of an address" "$(curl -s -m 5 -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $bound" "${url}api/v1/live")" 403
same "nor does a stranger" "$(curl -s -m 5 -o /dev/null -w '%{http_code}' "${url}api/v1/live")" 401
python3 - "$url" "$worker" "$viewer" "$server" $streams "$ENTENTE_SOURCE/tests/e2e" <<'P' >heard
import json, os, re, select, signal, socket, sys, time, urllib.parse
sys.path.insert(0, sys.argv[6])
import serve
url, worker, viewer, pid, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
at = urllib.parse.urlsplit(url)

class Stream:
    def __init__(self, token):
        self.token, self.got, self.ended, self.opened = token, b"", False, 0
        self.open()

    def open(self):
        self.s = socket.create_connection((at.hostname, at.port))
        self.s.sendall(f"GET /api/v1/live HTTP/1.1\r\nHost: {at.netloc}\r\nAuthorization: Bearer {self.token}\r\n\r\n".encode())
        self.head, self.ended = b"", False
        self.opened += 1

def pump(streams, seconds, until=None):
    end = time.monotonic() + seconds
    while time.monotonic() < end and not (until and until()):
        by = {x.s: x for x in streams if not x.ended}
        for s in select.select(list(by), [], [], 0.1)[0]:
            try:
                data = s.recv(65536)
            except OSError:
                data = b""
            by[s].got += data
            if not data:
                by[s].ended = True
                s.close()

def memory():
    n = 0
    for child in serve.children(pid):
        with open(f"/proc/{child}/comm") as f:
            if f.read().strip() != "entente-web":
                continue
        with open(f"/proc/{child}/statm") as f:
            n += int(f.read().split()[1]) * 4
    return n

def work(tag, n):
    for i in range(n):
        assert serve.upload(url, worker, tag, i) == 202
        pump(all_, 0.02)
    ids = [f["id"] for f in json.loads(serve.request(url, worker, "GET", "/api/v1/findings?limit=20")[1])["items"]]
    for i in ids:
        serve.request(url, worker, "POST", "/api/v1/findings/acts", json.dumps({"act": "acknowledge", "ids": [i]}), {"Content-Type": "application/json"})
        pump(all_, 0.15)

eyes = [Stream(viewer) for _ in range(count)]
own = Stream(worker)
all_ = eyes + [own]
pump(all_, 60, lambda: all(b"\r\n\r\n" in x.got for x in all_))
print("open", sum(b" 200 " in x.got[:20] for x in all_) - len(all_))
work("first", 20)
before = memory()
work("second", 40)
pump(all_, 3)
after = memory()
print("grown_kib", max(0, after - before))
kinds = {k for x in eyes for k in re.findall(rb"event: (\w+)", x.got)}
print("kinds", *sorted(k.decode() for k in kinds))
print("deaf", sum(not re.search(rb'event: finding\ndata: \{"id":"[1-9]\d+"\}', x.got) for x in eyes))
print("own", *sorted({k.decode() for k in re.findall(rb"event: (\w+)", own.got)}))
print("ended_early", sum(x.ended for x in all_))
# A reload: each ends, comes back, and hears again.
for x in all_:
    x.got = b""
os.kill(pid, signal.SIGHUP)
pump(all_, 60, lambda: all(x.ended for x in all_))
print("not_ended", sum(not x.ended for x in all_))
for x in all_:
    x.got = b""
    x.open()
pump(all_, 60, lambda: all(b"\r\n\r\n" in x.got for x in all_))
print("back", sum(b" 200 " in x.got[:20] for x in all_) - len(all_))
work("third", 3)
pump(all_, 3)
print("deaf_again", sum(b"event: finding" not in x.got for x in eyes))
P
cat heard
said() { sed -n "s/^$1 //p" heard; }
same "all are open" "$(said open)" 0
same "who sees findings hears of findings alone" "$(said kinds)" finding
same "each of them, by its id" "$(said deaf)" 0
same "who sees reports hears of both" "$(said own)" "finding report"
same "none ended by itself" "$(said ended_early)" 0
[ "$KILLS" = 40 ] || ok "memory stays ($(said grown_kib) KiB more)" test "$(said grown_kib)" -lt 8192
same "a reload ends all" "$(said not_ended)" 0
same "all come back" "$(said back)" 0
same "and hear" "$(said deaf_again)" 0
stop
same "it stops in order" "$status" 0
done_
