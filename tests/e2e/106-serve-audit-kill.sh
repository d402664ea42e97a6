#!/bin/sh
# A change and its line in the audit log are one: the keeper is killed again and
# again while findings are acted on, reports come and a setting changes; no act is
# without its line, and no line without its act.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
. "$ENTENTE_SOURCE/tests/e2e/serve.sh"
# What dies again and again is started ever later: a dozen kills take a minute.
kills=12
# shellcheck disable=SC2153 # given by meson
[ "$KILLS" = 40 ] && kills=8

ok "a node" serve_node n
ok "with findings" "$ENTENTE" ingest --node n -q "$demo/2026-06-17-compromised_website-demo.csv"
sed -i 's/^\[node\]/[node]\nclock = 2026-06-18T12:00:00Z/' n/entente.conf
sed -i '0,/^url = /s|^url = .*|url = https://n.example/0|' n/entente.conf
token=$("$ENTENTE" account token ana --node n --name acts --json --scope findings.read,findings.act,reports.read,reports.add,settings.read,settings.change | sed 's/.*"token":"\([^"]*\)".*/\1/')
auth="Authorization: Bearer $token"
serve n
python3 - "$url" "$token" "$server" "$kills" "$ENTENTE_SOURCE/tests/e2e" <<'P' >counted
import json, os, random, signal, sys, threading, time
sys.path.insert(0, sys.argv[5])
import serve
url, token, pid, kills = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
ids = [f["id"] for f in json.loads(serve.request(url, token, "GET", "/api/v1/findings?limit=100")[1])["items"]]
stop = False
answered = [0, 0, 0]

def acts(finding):
    word = ["acknowledge", "reopen"]
    n = 0
    while not stop:
        body = json.dumps({"act": word[n % 2], "ids": [finding]})
        try:
            status, text = serve.request(url, token, "POST", "/api/v1/findings/acts", body, {"Content-Type": "application/json"})
            if status == 200:
                answered[0] += 1
                n += 1
            elif status == 503:
                n += 1  # nobody knows; one that means nothing now is refused, and told as such
        except OSError:
            pass

def reports():
    """Each until it is taken: what was cut off between archive and list comes again."""
    n = 0
    while not stop:
        answered[1] += serve.until_taken(url, token, "audit", n, time.monotonic() + 120)
        n += 1

def setting():
    """The number in a setting, as the file has it."""
    while True:
        try:
            status, text = serve.request(url, token, "GET", "/api/v1/settings")
            if status == 200:
                value = next(i["value"] for i in json.loads(text)["items"] if i["name"] == "node.url")
                return int(value.rsplit("/", 1)[1])
        except OSError:
            pass
        time.sleep(0.05)

def settings():
    """One more each time; after a kill the file says whether it was."""
    while not stop:
        n = setting() + 1
        body = json.dumps({"set": [{"name": "node.url", "value": f"https://n.example/{n}"}]})
        try:
            answered[2] += serve.request(url, token, "PATCH", "/api/v1/settings", body, {"Content-Type": "application/json"})[0] == 200
        except OSError:
            pass
        time.sleep(0.2)

threads = [threading.Thread(target=acts, args=(i,)) for i in ids[:3]] + [threading.Thread(target=reports), threading.Thread(target=settings)]
for t in threads:
    t.start()
rng = random.Random(7)
killed = 0
end = time.monotonic() + 240
def well():
    try:
        return serve.request(url, token, "GET", "/health")[0] == 200
    except OSError:
        return False

while killed < kills and time.monotonic() < end:
    while not well() and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(rng.uniform(0.3, 1.5))
    for entry in serve.children(pid):
        try:
            with open(f"/proc/{entry}/comm") as f:
                name = f.read().strip()
        except OSError:
            continue
        if name == "entente-keeper":
            os.kill(entry, signal.SIGKILL)
            killed += 1
time.sleep(1)
stop = True
for t in threads:
    t.join()
print(killed, *answered)
P
read -r killed acts reports settings <counted
echo "$killed kills, $acts acts, $reports reports and $settings settings answered"
ok "there were acts" test "${acts:-0}" -ge 5
ok "and reports" test "${reports:-0}" -ge 1
ok "and settings" test "${settings:-0}" -ge 3
wait_for "the server is well" 60 healthy
stop
same "it stops in order" "$status" 0
python3 - <<'P' >compared
import sqlite3
db = sqlite3.connect("n/store.db")
# Each of these requests moves one finding, or none where that meant nothing any more: the line says how many.
acts = db.execute("SELECT COUNT(*) FROM finding_act WHERE by_whom LIKE 'ana%'").fetchone()[0]
lines = db.execute("SELECT COUNT(*) FROM audit WHERE act = 'POST /api/v1/findings/acts' AND detail = '200' AND object LIKE '% 1'").fetchone()[0]
print("acts", acts, lines)
taken = {r for (r,) in db.execute("SELECT id FROM report WHERE name LIKE '%-audit-%'")}
told = {int(o.split()[1]) for (o,) in db.execute("SELECT object FROM audit WHERE act = 'POST /api/v1/reports' AND detail = '202'")}
print("settings", db.execute("SELECT COUNT(*) FROM audit WHERE act = 'PATCH /api/v1/settings' AND detail = '200'").fetchone()[0])
print("reports", len(taken), len(taken - told), len({t for t in told if t not in taken} - {1}))
P
cat compared
read -r _ made lines <<C
$(grep '^acts' compared)
C
read -r _ taken without extra <<C
$(grep '^reports' compared)
C
same "as many acts as lines" "$made" "$lines"
same "a setting that went up by one each time has as many lines" "url = https://n.example/$(sed -n 's/^settings //p' compared)" "$(grep '^url = https://n' n/entente.conf)"
ok "nothing of a change is left" test ! -e n/entente.conf.next
same "each report has its line" "$without" 0
same "no line is without its report" "$extra" 0
ok "reports were taken" test "${taken:-0}" -ge 1
ok "the log is whole" "$ENTENTE" audit verify --node n
"$ENTENTE" doctor --full --node n >doctor.out 2>&1 || cat doctor.out
ok "the node is whole" "$ENTENTE" doctor --full --node n
done_
