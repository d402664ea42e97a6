#!/bin/sh
# The unit's list of system calls: whatever the whole node asks the kernel for, in
# a run that does a bit of everything, stands in it. Under systemd a call that
# does not is answered with EPERM, and no test without systemd would see it.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
. "$ENTENTE_SOURCE/tests/e2e/serve.sh"
for tool in strace systemd-analyze; do
	command -v $tool >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
done
strace -f -qq -o .probe true 2>/dev/null || { echo "skipped: nothing may be traced here"; exit 77; }
# The leak checker of a sanitizer cannot work within a trace, and calls of its own are not ours.
case $(ldd "$ENTENTE") in *libasan*) echo "skipped: a sanitizer has system calls of its own"; exit 77 ;; esac

ok "a node" serve_node n
sed -i 's/^\[node\]/[node]\nclock = 2026-06-18T12:00:00Z/; s/^processes = .*/processes = 2/' n/entente.conf
# It polls itself: a port of its own for that.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
sed -i "s/^listen = .*/listen = 127.0.0.1:$port/" n/entente.conf
token=$("$ENTENTE" account token ana --node n --name all --json --scope findings.read,findings.act,reports.read,reports.raw,reports.add,notices.read,notices.make,notices.send,contacts.read,contacts.change,settings.read,settings.change,stats.read,audit.read,metrics |
	sed 's/.*"token":"\([^"]*\)".*/\1/')
auth="Authorization: Bearer $token"
mkdir in
sed -i "s,^watch = .*,watch = $work/in," n/entente.conf
"$ENTENTE" contacts "$demo/contacts.csv" --node n --apply -q
echo '{"objects":[{"type":"mutex","id":"mutex--11111111-1111-4111-8111-111111111111","name":"x"}]}' | "$ENTENTE" objects import --node n -q -
"$ENTENTE" partners add self --kind taxii --node n
ok "an exchange" sh -c 'echo "$1" | "$ENTENTE" sync add self poll local --node n --url "https://127.0.0.1:$2/taxii2/entente/" --local copy --ca n/tls/certificate.pem --secret-file - -q' sh "$token" "$port"

# As the unit runs it: root has SQLite keep the owners of its files, which is another call.
as=
if [ "$(id -u)" = 0 ]; then
	chmod 711 "$work"
	chown -R nobody n in
	as="-u nobody"
fi
# serve starts $ENTENTE: here within a trace that only counts. A copy, as the source
# may lie where nobody may look.
cp "$ENTENTE" entente || exit 1
program=$work/entente
plain=$ENTENTE
cat >traced <<-S
	#!/bin/sh
	exec strace -f -qq -c $as -U name -o "$work/calls.\$\$" "$program" "\$@"
S
chmod +x traced
ENTENTE=$work/traced
serve n
ENTENTE=$plain
node=$(pgrep -P "$server" entente)
post() {
	curl -sk -m 60 -o .post -w '%{http_code}' -H "$auth" -H 'Content-Type: application/json' -d "$2" "${url}api/v1/$1"
}
same "a report is taken" "$(put "$demo/2026-06-17-compromised_website-demo.csv")" 202
python3 -c 'import sys; sys.stdout.write("junk\n" * 400000)' >large.txt
same "a large one" "$(put large.txt)" 202
cp "$demo"/2026-06-17-scan_rdp*.csv in/ 2>/dev/null || :
wait_for "all is read" 60 all_read
same "ana signs in" "$(curl -sk -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' -d '{"name":"ana","password":"correct horse battery 9"}' "${url}api/v1/session")" 201
id=$(get 'api/v1/findings?limit=1&order=id' | grep -o '"id":"[0-9]*"' | head -1 | tr -dc 0-9)
for path in "findings/$id/events" reports/1/raw overview stats?by=asn export/findings.csv 'lookup?q=203.0.113.7' audit/verify openapi.json; do
	same "$path" "$(curl -sk -m 60 -o /dev/null -w '%{http_code}' -H "$auth" "${url}api/v1/$path")" 200
done
curl -sk --http2 -m 2 -o /dev/null -H "$auth" "${url}api/v1/live"
same "an act" "$(post findings/acts "{\"act\":\"acknowledge\",\"ids\":[\"$id\"]}")" 200
same "notices" "$(post notices/prepare '{}')" 200
same "are sent" "$(post notices/send '{}')" 202
wait_for "to the outbox" 30 sh -c 'ls "$1"/n/outbox | grep -q .' sh "$work"
same "a setting" "$(curl -sk -m 60 -o /dev/null -w '%{http_code}' -X PATCH -H "$auth" -H 'Content-Type: application/json' -d '{"set":[{"name":"node.name","value":"Another"}]}' "${url}api/v1/settings")" 200
wait_for "it polled itself" 30 sh -c '"$1" sync --node n --json | grep -q "\"received\":1,"' sh "$plain"
kill -HUP "$node"
sleep 1
kill -KILL "$(pgrep -P "$node" entente-keeper | head -1)"
wait_for "a keeper comes again" 60 healthy
same "and takes reports" "$(put "$demo/2026-06-18-event4_sinkhole_http-demo.csv")" 202
wait_for "that are read" 60 all_read
kill "$node"
wait "$server"

python3 - "$ENTENTE_SOURCE/data/systemd/entente.service" calls.* <<'P' >left
import re, subprocess, sys
sets = {}
def of(name):
    """What a set of systemd's holds, sets within it too."""
    if name not in sets:
        sets[name] = set()
        text = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", name], capture_output=True, text=True, check=True).stdout
        for line in text.splitlines()[1:]:
            word = line.strip()
            if word and not word.startswith("#"):
                sets[name] |= of(word) if word.startswith("@") else {word}
    return sets[name]
allowed = set()
for line in open(sys.argv[1]):
    m = re.match(r"SystemCallFilter=(~?)(.*)", line)
    for word in m.group(2).split() if m else []:
        names = of(word) if word.startswith("@") else {word}
        allowed = allowed - names if m.group(1) else allowed | names
# What systemd always lets through, as without it no program could begin or end.
allowed |= of("@default")
made = set()
for path in sys.argv[2:]:
    for line in open(path):
        word = line.strip()
        if re.fullmatch(r"[a-z0-9_]+", word) and word not in ("syscall", "total"):
            made.add(word)
print(len(made), "kinds of system calls were made", file=sys.stderr)
if len(made) < 60 or not {"execve", "landlock_restrict_self", "seccomp", "epoll_wait"} & made:
    print("the trace is not of the node:", *sorted(made))
print(*sorted(made - allowed))
P
cat left
same "all of them stand in the unit" "$(tr -d '\n' <left)" ""
done_
