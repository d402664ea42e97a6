#!/bin/sh
# Lists of a node that is large enough for columns (docs/decisions/0086): the same as
# without them, from the server and the command line, through kills and damage.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
. "$ENTENTE_SOURCE/tests/e2e/serve.sh"

# listed QUERY: the names of a page's findings, as the server has them.
listed() {
	get "api/v1/findings?limit=300&$1" | grep -o '"name":"F[0-9A-Z]*"' | cut -d '"' -f 4
}

# plain OPTION...: the same of the command line, by the database alone.
plain() {
	mv n/columns n/aside
	"$ENTENTE" query --node n --json --limit 300 "$@" | grep -o '"id":"F[0-9A-Z]*"' | cut -d '"' -f 4
	mv n/aside n/columns
}

# lists NAME: the server's lists, kept in files.
lists() {
	for order in last first count id; do listed "order=$order" >"$1.$order"; done
	listed "state=open&country=ZZ" >"$1.filter"
	listed "text=NECURS" >"$1.text"
	listed "asn=64500&order=count" >"$1.asn"
	listed "prefix=64.0.0.0/6" >"$1.net"
}

plain_lists() {
	for order in last first count id; do plain --sort $order >"$1.$order"; done
	plain --state open --country ZZ >"$1.filter"
	plain --text NECURS >"$1.text"
	plain --asn 64500 --sort count >"$1.asn"
	plain --net 64.0.0.0/6 >"$1.net"
}

compare() {
	for list in last first count id filter text asn net; do
		ok "$3: $list" cmp "$1.$list" "$2.$list"
		ok "$3: $list is not empty" test -s "$1.$list"
	done
}

day() {
	"$ROWS" "$2" "$3" "$4" | sed "s/2026-06-17/2026-06-$1/" >"2026-06-$1-event4_microsoft_sinkhole_http-$4.csv"
}

made() {
	[ "$(grep -c columns.made serve.log)" -ge "$1" ]
}

ENTENTE_NOW=$(date -u -d 2026-06-20 +%s)
export ENTENTE_NOW
ok "a node" serve_node n
day 17 30000 30000 5
ok "of 30,000 findings" "$ENTENTE" ingest --node n -q 2026-06-17-event4_microsoft_sinkhole_http-5.csv
serve n
wait_for "columns are made" 30 made 1
lists with
stop
ok "they are there" test -s n/columns/findings
plain_lists without
compare with without "the same lists"

serve n
lists again
same "they need not be made again" "$(grep -c columns.made serve.log)" 1
compare again without "after a restart"
day 18 40000 50000 6
same "a report is taken" "$(put 2026-06-18-event4_microsoft_sinkhole_http-6.csv)" 202
wait_for "it is read" 60 all_read
same "they follow, and need not be made again" "$(grep -c columns.made serve.log)" 1
lists with
stop
plain_lists without
compare with without "after a report"

# Killed while it reads: what was being written is not believed.
serve n
for i in 1 2 3; do
	day "$((18 + i / 2))" 40000 50000 "1$i"
	same "a report is taken" "$(put "2026-06-$((18 + i / 2))-event4_microsoft_sinkhole_http-1$i.csv")" 202
	sleep "0.$((i * 2))"
	keeper=$(pgrep -P "$server" | while read -r p; do [ "$(cat "/proc/$p/comm")" = entente-keeper ] && echo "$p"; done | head -1)
	kill -9 "$keeper"
	wait_for "it is read all the same" 60 all_read
done
good() {
	lists with
	get 'api/v1/findings/count?country=ZZ' >count.with
	test -s n/columns/findings
}
wait_for "there are columns again" 30 good
lists with
stop
plain_lists without
compare with without "after kills"
ok "doctor finds the node whole" "$ENTENTE" doctor --full --node n

# Another process wrote: they are made again. Damage: no more than that.
day 19 1000 50000 7
ok "a report beside the server" "$ENTENTE" ingest --node n -q 2026-06-19-event4_microsoft_sinkhole_http-7.csv
before=$(grep -c columns.made serve.log)
serve n
wait_for "columns are made again" 30 made $((before + 1))
lists with
stop
plain_lists without
compare with without "after another's report"
printf 'nonsense' | dd of=n/columns/findings bs=1 seek=16 conv=notrunc 2>/dev/null
serve n
wait_for "damaged ones too" 30 made $((before + 2))
lists with
compare with without "after damage"
stop
done_
