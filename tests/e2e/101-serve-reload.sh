#!/bin/sh
# Settings and certificates again, the program anew, the service again: without
# a request that fails.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
. "$ENTENTE_SOURCE/tests/e2e/serve.sh"
client=$ENTENTE_SOURCE/tests/e2e/serve.py

count() {
	grep -c "$1" serve.log
}

seen() {
	[ "$(count "$1")" -ge "$2" ]
}

# loaded WHAT COMMAND...: the command runs in the middle of a load, of which nothing fails.
loaded() {
	what=$1
	shift
	python3 "$client" load "$url" "$token" "${LOAD_S:-6}" "$what" >counted 2>failures &
	client_pid=$!
	sleep 1
	"$@"
	wait $client_pid
	read -r requests bad <counted
	echo "$what: $requests requests, $bad failed"
	same "$what: no request fails" "$bad" 0
	[ "$bad" = 0 ] || { sort failures | uniq -c | head -3; grep -E 'status=5|error|warn' serve.log | tail -5; }
	ok "$what: there were requests" test "$requests" -gt 10
}

fingerprint() {
	at=${url#https://}
	openssl s_client -connect "${at%/}" </dev/null 2>/dev/null | openssl x509 -noout -fingerprint
}

ok "a node" serve_node n
: >serve.log
serve n
before=$(fingerprint)

# Twice the processes, and another certificate.
reload() {
	sed -i 's/^processes = .*/processes = 4/' n/entente.conf
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=other -days 30 \
		-keyout n/tls/key.pem -out n/tls/certificate.pem 2>/dev/null
	kill -HUP "$server"
}
loaded reload reload
wait_for "it has read its settings" 20 seen 'serve.reload processes=4' 1
webs() {
	[ "$(pgrep -P "$server" | while read -r p; do cat "/proc/$p/comm"; done | grep -c '^entente-web')" = "$1" ]
}
wait_for "there are four web processes" 60 webs 4
ok "the other certificate is shown" test "$(fingerprint)" != "$before"

# One after the other: the keeper of old settings has said good-bye, the next is not there yet,
# and a web process that is to end still holds a request for it.
reloads() {
	for _ in 1 2 3 4 5 6 7 8; do
		kill -HUP "$server"
		sleep 0.5
	done
}
loaded reloads reloads
wait_for "there are four web processes again" 60 webs 4

# Settings that cannot be: the old ones stay.
cp n/entente.conf good.conf
sed -i 's/^processes = .*/processes = many/' n/entente.conf
kill -HUP "$server"
wait_for "it says what is wrong" 20 seen 'error serve.reload' 1
ok "and goes on as it was" healthy
exits 65 "the check says it too" "$ENTENTE" serve --check --node n
says "with the line" "processes: expected a number"
cp good.conf n/entente.conf

# Settings that are changed through the server itself hold without anybody's signal.
settings=$("$ENTENTE" account token ana --node n --name settings --scope settings.read,settings.change --json | sed 's/.*"token":"\([^"]*\)".*/\1/')
public() { [ "$(curl -sk -o /dev/null -w '%{http_code}' "${url}api/v1/public/about")" = "$1" ]; }
ok "pages for the public" public 200
same "a setting is changed" "$(curl -sk -o .put -w '%{http_code}' -X PATCH -H "Authorization: Bearer $settings" -H 'Content-Type: application/json' \
	--data '{"set":[{"name":"server.public","value":"no"}]}' "${url}api/v1/settings")" 200
wait_for "and holds" 20 public 404
# The keeper is another one too, a moment later.
wait_for "also for who asks the keeper" 20 healthy

# The program anew, as after an update: the same process, the same socket.
loaded anew kill -USR2 "$server"
wait_for "it is ready again" 20 seen serve.ready 2
ok "and answers" healthy
stop
same "it stops in order" "$status" 0

# As a service manager does it that holds the socket: stopped, and started.
sed -i '/^\[server\]/,$ s/^tls = .*/tls = no/' n/entente.conf
: >serve.log
python3 "$client" hold "$ENTENTE" serve --node n >hold.out 2>>serve.log &
holder=$!
wait_for "the socket is there" 20 grep -q http hold.out
url=$(head -1 hold.out)
wait_for "the server answers" 20 healthy
loaded again kill $holder
wait_for "it was started again" 20 seen serve.ready 2
kill $holder
wait $holder
same "and ends in order" $? 0

# Behind a proxy, where there is one.
if command -v nginx >/dev/null; then
	sed -i 's/^proxies = .*/proxies = 127.0.0.1\/32/' n/entente.conf
	serve n
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	cat >nginx.conf <<-C
		daemon off; pid $work/nginx.pid; error_log $work/nginx.err; worker_processes 1;
		events {}
		http { access_log off; client_max_body_size 0; client_body_temp_path $work/body; proxy_temp_path $work/proxy;
		fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
		server { listen 127.0.0.1:$port; location / { proxy_pass $url; proxy_http_version 1.1; proxy_request_buffering off;
		proxy_set_header Host \$http_host; proxy_set_header X-Forwarded-For \$remote_addr; proxy_set_header X-Forwarded-Proto https; } } }
	C
	nginx -c "$work/nginx.conf" 2>/dev/null &
	proxy=$!
	direct=$url
	url=http://127.0.0.1:$port/
	wait_for "it answers behind nginx" 20 healthy
	same "a report is taken behind nginx" "$(put "$demo/2026-06-17-scan_rdp-demo.csv")" 202
	ok "the answer says that it came by TLS" sh -c 'curl -s -D - -o /dev/null "$1"health | grep -qi "^strict-transport-security"' sh "$url"
	kill $proxy
	wait $proxy
	url=$direct
	stop
	same "it stops in order" "$status" 0
else
	echo "skipped: there is no nginx, so the server was not looked at behind one"
fi
done_
