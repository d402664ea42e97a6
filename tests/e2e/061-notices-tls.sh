#!/bin/sh
# Notices to mail servers with STARTTLS, TLS from the start, passwords, and
# certificates that are not to be trusted: nothing may go out in the clear then.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
here=$ENTENTE_SOURCE/tests/e2e
export PYTHONDONTWRITEBYTECODE=1
e() { "$ENTENTE" "$@" --node n; }
json() { python3 -c "import json,sys; d = json.load(sys.stdin); print($1)"; }
export ENTENTE_NOW=1781870400

# cert NAME SUBJECT-ALT-NAME: signed by our authority.
cert() {
	openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" 2>/dev/null &&
		printf 'subjectAltName=%s\n' "$2" >"$1.ext" &&
		openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile "$1.ext" -out "$1.pem" 2>/dev/null
}
ok "an authority" openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj "/CN=Test CA"
ok "a good certificate" cert good IP:127.0.0.1
ok "one of another host" cert other DNS:other.example
ok "one of nobody" openssl req -x509 -newkey rsa:2048 -nodes -keyout self.key -out self.pem -days 2 -subj "/CN=127.0.0.1" -addext subjectAltName=IP:127.0.0.1
echo "open sesame" >password
echo "open barley" >wrong

ok "a node" node n
printf '{"classification.type":"scanner","source.ip":"192.0.2.%d","source.asn":64496,"time.source":"2026-06-18T10:00:00Z","feed.name":"f"}\n' 1 2 3 4 5 >in.jsonl
ok "findings" e ingest -q in.jsonl
for i in 1 2 3 4 5; do
	ok "a contact" e contacts --add "abuse@n$i.example" --scope prefix --value 192.0.2.$i/32
done
ok "drafts" e notices --prepare
cp n/entente.conf plain.conf

# server ARGUMENTS...: a fresh one; its port in $port.
server() {
	rm -f port arrived.log
	: >arrived.log
	python3 "$here/smtp_server.py" port arrived.log "$@" 2>server.err &
	pid=$!
	while [ ! -s port ]; do sleep 0.05; done
	port=$(cat port)
}

# conf SCHEME TLS CA USER PASSWORD-FILE
conf() {
	sed "s/^way = .*/way = smtp/; /^\[smtp\]/,/^\[server\]/ { s,^url = .*,url = $1://127.0.0.1:$port,; s/^tls = .*/tls = $2/; s,^ca = .*,ca = ${3-},; s/^user = .*/user = ${4-}/; s,^password_file = .*,password_file = ${5-}, }" plain.conf >n/entente.conf
	sqlite3 n/store.db "UPDATE notice SET state = 'draft', next_s = 0, attempts = 0, reply = ''"
}

# went WHAT TLS: all five arrived, so protected.
went() {
	ok "$1" e notices --send
	same "$1: all arrived" "$(wc -l <arrived.log | tr -d ' ')" 5
	same "$1: protected" "$(grep -c "\"tls\": $2" arrived.log)" 5
	kill $pid
}

# stays WHAT REPLY: none arrived, one was tried, the server's or libcurl's words are shown.
stays() {
	exits 1 "$1" e notices --send
	same "$1: nothing arrived" "$(wc -l <arrived.log | tr -d ' ')" 0
	same "$1: none is given up" "$(e notices --json | json 'sorted(r["state"] for r in d)')" "['draft', 'draft', 'draft', 'draft', 'failed']"
	ok "$1: list" e notices --state failed
	says "$1: why" "$2"
	kill $pid
}

server --mode starttls --cert good.pem --key good.key
conf smtp require ca.pem
went "STARTTLS" true
server --mode smtps --cert good.pem --key good.key
conf smtps require ca.pem
went "TLS from the start" true
server --mode smtps --cert good.pem --key good.key
conf smtps require
stays "an authority that we do not know" "SSL certificate problem"
server --mode starttls --cert good.pem --key good.key
conf smtp require
stays "STARTTLS, an authority that we do not know" "SSL certificate problem"
server --mode starttls --cert other.pem --key other.key
conf smtp require ca.pem
stays "another host's certificate" "certificate"
server --mode smtps --cert other.pem --key other.key
conf smtps require ca.pem
stays "another host's certificate, TLS from the start" "certificate"
server --mode starttls --cert self.pem --key self.key
conf smtp require
stays "a certificate signed by itself" "self-signed certificate"
server --mode starttls --cert self.pem --key self.key
conf smtp try ca.pem
stays "also where TLS is only tried" "certificate"
server
conf smtp require ca.pem
stays "no TLS where it is required" "STARTTLS not supported"
server
conf smtp try
went "no TLS where it is tried" false
server --mode starttls --cert good.pem --key good.key
conf smtp try ca.pem
went "TLS where it is tried" true
server --mode starttls --cert good.pem --key good.key --auth "desk:open sesame"
conf smtp require ca.pem desk password
went "a password" true
server --mode starttls --cert good.pem --key good.key --auth "desk:open sesame"
conf smtp require ca.pem desk wrong
stays "a wrong password" "535 no such user or password"
server --mode starttls --cert good.pem --key good.key --auth "desk:open sesame"
conf smtp require ca.pem
stays "none where one is asked for" "530 who are you?"
server --per-connection 2
conf smtp off
went "a server that takes two messages a connection" false

port=1
conf smtp try ca.pem desk password
exits 65 "a password only with TLS" e notices --send
says "says so" "must be require"
conf smtp require nowhere.pem
exits 66 "an authority's file that is not there" e notices --send
says "which" "nowhere.pem"
conf smtp require ca.pem desk nowhere
exits 66 "a password's file that is not there" e notices --send
says "which" "password_file"
conf smtp sometimes
exits 65 "tls = sometimes" e notices --send
conf http require
exits 65 "no mail server's URL" e notices --send
done_
