#!/bin/sh
# Notices that go by themselves. A report comes over the API; when the interval
# of its contact is due the clock makes the digest and, where the settings say
# so, sends it: once, also where keeper, herald or all of the server is killed.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
. "$ENTENTE_SOURCE/tests/e2e/serve.sh"
s=2026-06-17-scan_rdp
now=$(date -u +%Y-%m-%d)

# of N: a report of an address, seen today, so that it is no old story.
of() { printf 'timestamp,ip,port,asn\n%s 00:00:00,192.0.2.%s,3389,64496\n' "$now" "$1" >"$s-$1.csv"; }
mails() { [ -f mail.log ] && grep -c "$1" mail.log || echo 0; }
there() { [ "$(mails "$1")" -ge 1 ]; }
notices() { "$ENTENTE" notices --node n --limit 0 --json "$@"; }
child() { pgrep -P "$server" "entente-$1"; }
set_() { sed -i "/^\[$1\]/,/^\[/s,^$2 = .*,$2 = $3," n/entente.conf; }
send() {
	curl -sk -m 60 -o .send -w '%{http_code}' -H "$auth" -H 'Content-Type: application/json' -d "$2" "${url}api/v1/$1"
}

python3 "$ENTENTE_SOURCE/tests/e2e/smtp_server.py" port mail.log &
sink=$!
wait_for "a mail server" 10 test -s port
ok "a node" serve_node n
token=$("$ENTENTE" account token ana --node n --name all --json --scope findings.read,reports.read,reports.add,notices.read,notices.send,metrics |
	sed 's/.*"token":"\([^"]*\)".*/\1/')
auth="Authorization: Bearer $token"
ok "a token" test ${#token} = 48
ok "a contact" "$ENTENTE" contacts --node n --add abuse@telecom.example --scope asn --value 64496 --interval 20
set_ notices way smtp
set_ notices interval 20s
set_ smtp url "smtp://127.0.0.1:$(cat port)"
set_ smtp tls off

# prepare: the clock makes it, a person sends it.
set_ notices automatic prepare
serve n
of 1
same "a report" "$(put $s-1.csv)" 202
wait_for "the clock makes a notice" 40 sh -c 'curl -sk -H "$1" "$2api/v1/notices" | grep -q "\"state\":\"draft\""' sh "$auth" "$url"
id=$(get api/v1/notices | grep -o '"id":"N[0-9a-f]*"' | head -1 | cut -d'"' -f4)
ok "by nobody" sh -c 'curl -sk -H "$1" "$2api/v1/notices" | grep -q "\"prepared_by\":null"' sh "$auth" "$url"
sleep 6
same "and does not send it" "$(mails 192.0.2.1)" 0
same "a person approves it" "$(curl -sk -m 60 -o .send -w '%{http_code}' -H "$auth" -X POST "${url}api/v1/notices/$id/approve")" 200
same "and sends it" "$(send notices/send "{\"id\":\"$id\"}")" 202
wait_for "it is sent" 20 there 192.0.2.1
figure() { get metrics | sed -n "s/^entente_herald_$1 //p"; }
wait_for "the herald's figures tell of it" 20 sh -c 'curl -sk -H "$1" "$2metrics" | grep -q "^entente_herald_runs_total 1$"' sh "$auth" "$url"
same "one was sent" "$(figure 'messages_total{result="sent"}')" 1
same "nothing is asked of it any more" "$(figure queue) $(figure working)" "0 0"
ok "and the log" grep -q 'notices.run notice=N[0-9a-f]* took_ms=[0-9]* waiting=0' serve.log
stop
same "it stops in order" "$status" 0

# send: the digest of an interval goes by itself.
set_ notices automatic send
serve n
of 2
of 3
same "a second report" "$(put $s-2.csv)" 202
same "a third" "$(put $s-3.csv)" 202
wait_for "a digest of both goes when its interval is due" 60 there 192.0.2.2
same "it holds both" "$(grep 192.0.2.2 mail.log | grep -c 192.0.2.3)" 1

# Killed one after the other while the next ones are made and sent.
n=10
for victim in keeper herald all keeper; do
	n=$((n + 1))
	of $n
	wait_for "$victim: the server takes a report" 30 sh -c '[ "$(curl -sk -m 20 -o /dev/null -w "%{http_code}" -H "$1" -H "X-Filename: $3" --data-binary "@$3" "$2api/v1/reports")" = 202 ]' sh "$auth" "$url" "$s-$n.csv"
	sleep 0.$((n % 7))
	if [ $victim = all ]; then
		for p in "$server" $(pgrep -P "$server"); do kill -9 "$p"; done
		wait "$server" 2>/dev/null
		sleep 1
		serve n
	else
		kill -9 "$(child $victim)"
	fi
	wait_for "$victim: the digest goes all the same" 60 there "192.0.2.$n"
done
sleep 6
for k in 1 2 3 11 12 13 14; do
	same "of 192.0.2.$k one mail was sent" "$(mails "192\.0\.2\.${k}[^0-9]")" 1
done
stop
kill $sink
same "nothing is in doubt" "$(notices --state uncertain)" '[]'
same "nothing waits" "$(notices --state draft)" '[]'
ok "the node is whole" "$ENTENTE" doctor --full --node n
done_
