#!/bin/sh
# Accounts by the command line, and an audit log that tells when it was touched.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
e() { "$ENTENTE" "$@" --node n; }
sql() { python3 -c "import sqlite3,sys; c=sqlite3.connect('n/store.db'); [print(*r) for r in c.execute(sys.argv[1])]; c.commit()" "$1"; }

ok "init" "$ENTENTE" init --node n --name Test --country ES --mail csirt@demo.example
exits 66 "no account without a node" "$ENTENTE" account add ana --role viewer --node nowhere

# --- making -----------------------------------------------------------------------------
exits 64 "a role is needed" e account add ana
exits 65 "a role that is none" e account add ana --role king
says "which there are" "administrator, analyst"
exits 65 "a name that is none" e account add "a b" --role viewer
ok "the first administrator, its password made" e account add Ana --role administrator --mail ana@csirt.example
says "it is said once" "shown this once"
made=$(tail -1 .out)
same "a password of 24" "${#made}" 24
exits 75 "the name is taken" e account add ANA --role viewer
printf 'several words apart\n' >pw
ok "a password from a file" e account add bo --role analyst,auditor --password-file pw
printf 'password1234\n' >weak
exits 65 "one of the first that are guessed" e account add cy --role viewer --password-file weak
says "why" "first that are guessed"
printf 'short\n' >short
exits 65 "too short, from standard input" e account add cy --role viewer --password-file - <short
ok "a focal point" e account add foc --role focal-point --country fr --password-file pw
ok "the list" e account list
says "roles" "analyst auditor"
says "the country" "FR"
same "as JSON" "$(e account --json | python3 -c 'import json,sys; print([(a["name"],a["roles"],a["state"]) for a in json.load(sys.stdin)][0])')" "('ana', 'administrator', 'must_change')"

# A second factor that the node asks of a role.
factor() { e account --json | python3 -c 'import json,sys; print(*[a["second_factor_due"] for a in json.load(sys.stdin)])'; }
same "it is asked of nobody" "$(factor)" "no no no"
sed -i 's/^second_factor = .*/second_factor = administrator, auditor/' n/entente.conf
same "of who has one of the roles" "$(factor)" "yes yes no"
ok "the list" e account list
says "for people" "no, to be set up first"
ok "one of them" e account show bo
says "as well" "no, to be set up first"
sed -i 's/^second_factor = .*/second_factor = administrator, king/' n/entente.conf
exits 65 "a role that is none" e account list
says "which line of the settings" "second_factor: "
sed -i 's/^second_factor = .*/second_factor =/' n/entente.conf

# By the terminal: typed twice, and not shown.
cat >typing.py <<'X'
import os, pty, select, sys
answers = [a.encode() + b'\n' for a in sys.argv[1].split('|')]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
out = b''
while True:
    try:
        data = os.read(fd, 4096)
    except OSError:
        break
    if not data:
        break
    out += data
    if data.rstrip().endswith(b':') and answers:
        os.write(fd, answers.pop(0))
sys.stdout.write(out.decode().replace('\r\n', '\n'))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
X
typed() { answers=$1; shift; python3 typing.py "$answers" "$ENTENTE" "$@" --node n; }
exits 64 "two that differ" typed "several words apart|several words apart." account add cy --role viewer
ok "the same twice" typed "several words apart|several words apart" account add cy --role viewer
same "it is not shown" "$(grep -c 'several words' .out)" 0
same "nor to be changed, as it was chosen" "$(e account show cy --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["state"])')" open
ok "none typed: one is made" typed "" account add di --role viewer
says "and shown" "shown this once"

# What is kept is sealed: neither hash nor password stands in the database.
same "the key is its owner's alone" "$(stat -c %a n/secret.key)" 600
cat n/store.db n/store.db-wal 2>/dev/null >all.bin
same "no hash" "$(grep -c 'argon2' all.bin)" 0
same "no password" "$(grep -c 'several words' all.bin)" 0
same "not the one that was made" "$(grep -cF -- "$made" all.bin)" 0

# --- changing ---------------------------------------------------------------------------
exits 75 "the last administrator is not locked" e account lock ana
exits 75 "nor made something else" e account change ana --role viewer
exits 75 "nor removed" e account remove ana
ok "another role" e account change bo --role analyst
ok "locked" e account lock bo
ok "shown" e account show bo
says "as locked" "locked"
ok "unlocked" e account unlock bo
ok "reset" e account reset bo
says "shown once" "shown this once"
ok "a token" e account token bo --name sensor --scope reports.add,findings.read --days 7
token=$(tail -1 .out)
same "it begins so" "${token%"${token#ente_}"}" ente_
same "its secret is not kept" "$(cat n/store.db n/store.db-wal 2>/dev/null | grep -cF -- "$token")" 0
exits 77 "not more than the account may" e account token bo --name x --scope audit.read
exits 77 "nor what no token may" e account token ana --name x --scope accounts
ok "the tokens" e account tokens
says "its name" "sensor"
ok "revoked" e account revoke 1
exits 66 "once" e account revoke 1

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.pem -out c.pem -days 30 -subj /CN=xy >/dev/null 2>&1
ok "a partner" e account partner CERT-XY --certificate c.pem --scope reports.add
exits 75 "once" e account partner CERT-XZ --certificate c.pem --scope reports.add
exits 65 "what is no certificate" e account partner CERT-XZ --certificate pw --scope reports.add
same "by its fingerprint" "$(e account partners --json | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["sha256"])')" \
	"$(openssl x509 -in c.pem -noout -fingerprint -sha256 | sed 's/.*=//; s/://g' | tr A-F a-f)"
ok "dismissed" e account dismiss 1
ok "removed" e account remove foc

# --- while another process has the node -----------------------------------------------------
python3 -c "
import fcntl,time,os
f=open('n/lock','r+'); fcntl.flock(f, fcntl.LOCK_EX); open('held','w').close(); time.sleep(60)" &
holder=$!
while [ ! -e held ]; do sleep 0.1; done
exits 75 "a command that needs the whole node waits" e act resolve F1
ok "an account is changed beside a running server" e account lock bo
ok "and unlocked" e account unlock bo
kill "$holder"
wait "$holder" 2>/dev/null

# --- the log ----------------------------------------------------------------------------------
ok "the log is whole" e audit verify
rows=$(e audit verify --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["rows"])')
head=$(e audit verify --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["head"])')
same "its head is kept beside it" "$(cat n/audit.head)" "$head"
ok "it tells what was done" e audit --act account.lock
same "twice, refused ones not" "$(e audit --act account.lock --json | python3 -c 'import json,sys; print(len(json.load(sys.stdin)))')" 2
ok "by a head kept elsewhere" e audit verify --head "$head"
exits 75 "by another" e audit verify --head "$rows:0000000000000000000000000000000000000000000000000000000000000000"
exits 64 "by what is none" e audit verify --head abc

cp -r n saved
back() { rm -rf n; cp -r saved n; }
sql "UPDATE audit SET who = 'nobody' WHERE id = 3"
exits 75 "a row that was changed" e audit verify
says "is named" "row 3 of the audit log is not what was written"
back
sql "DELETE FROM audit WHERE id = 4"
exits 75 "a row that was taken out" e audit verify
says "is named" "row 4 of the audit log is missing"
back
sql "DELETE FROM audit WHERE id > $((rows - 2))"
exits 75 "the end cut off" e audit verify
says "is seen by the head" "ends before row $((rows - 1))"
ok "whoever keeps accounts is told, and not shut out" e account lock bo
says "why" "was changed or cut"
same "the head stays a witness" "$(cat n/audit.head)" "$head"
back
sql "DELETE FROM audit WHERE id > $((rows - 2))"
rm n/audit.head
ok "with that gone too the log looks whole" e audit verify
exits 75 "but not to whoever kept the head elsewhere" e audit verify --head "$head"
back
rm n/secret.key
ok "without the key: a new one, and new passwords are given out" e account reset ana
says "once" "shown this once"
done_
