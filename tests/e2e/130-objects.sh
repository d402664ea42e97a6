#!/bin/sh
# STIX in and out, and indicators met by reports: bytes, versions, what is wrong,
# sightings that are counted once through kills, and the same after a replay.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
export ENTENTE_NOW=1781870400
ok "a node" node n
id=indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f
# object MODIFIED PATTERN
object() {
	printf '{"type":"indicator", "spec_version":"2.1","id":"%s","created":"2020-01-01T00:00:00.000Z","modified":"%s","pattern_type":"stix","valid_from":"2020-01-01T00:00:00Z","x_own":[1.50],"pattern":"%s"}' "$id" "$1" "$2"
}
first=$(object 2026-01-01T00:00:00.000Z "[ipv4-addr:value = '192.0.2.1']")
second=$(object 2026-01-02T00:00:00.000Z "[ipv4-addr:value ISSUBSET '0.0.0.0/0']")
printf '{"type":"bundle","id":"bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","objects":[%s,{"type":"tool"},%s]}' "$first" "$second" >b.json

exits 1 "a bundle with an object that is wrong" "$ENTENTE" objects import --node n b.json
says "the others are in" "Added    2"
says "what is wrong is named" "b.json: object 2: id: is missing"
exits 1 "validate finds the same" "$ENTENTE" objects validate b.json
ok "it comes again" sh -c 'printf "%s\n%s\n" "$1" "$2" | "$ENTENTE" objects import --node n -' x "$first" "$second"
says "and is known" "Known    2"
ok "other bytes of the same version" sh -c 'printf "%s" "$1" | sed "s/1.50/1.60/" | "$ENTENTE" objects import --node n -' x "$second"
says "are left out" "Known with other bytes, left out  1"
same "the newest, byte for byte" "$("$ENTENTE" objects show --node n $id)" "$second"
same "the first, byte for byte" "$("$ENTENTE" objects show --node n $id --version first)" "$first"
same "both versions" "$("$ENTENTE" objects show --node n $id --versions --json | grep -c '"version"')" 2
"$ENTENTE" objects export --node n --version all >all.json
ok "what is exported is a bundle" python3 -c 'import json, sys; b = json.load(open("all.json")); sys.exit(b["type"] != "bundle" or len(b["objects"]) != 2)'
ok "another node takes it" sh -c '"$ENTENTE" init --node m --mail a@b.example -q && "$ENTENTE" objects import --node m -c shared all.json'
same "the same objects there" "$("$ENTENTE" objects show --node m -c shared $id)" "$second"
exits 66 "a collection that is not there" "$ENTENTE" objects list --node n -c nothing
ok "what events say nothing of is kept" sh -c 'printf "%s" "$1" | "$ENTENTE" objects import --node n -' x "$(object 2026-01-01T00:00:00.000Z "[windows-registry-key:key = 'x']" | sed s/8e2e2d2b/9e2e2d2b/)"
ok "and shown with the reason" "$ENTENTE" indicators --node n
says "why it is not watched" "events say nothing of what it asks for"
# The third of a minute completes it, and each that comes after.
ok "a pattern over several events" sh -c 'printf "%s" "$1" | "$ENTENTE" objects import --node n -' x "$(object 2026-01-01T00:00:00.000Z "[ipv4-addr:value ISSUBSET '0.0.0.0/1'] REPEATS 3 TIMES WITHIN 60 SECONDS" | sed s/8e2e2d2b/ae2e2d2b/)"

# Every event of these meets the second version, which holds all of IPv4.
mkdir in
"$ROWS" 60000 20000 3 >in/2026-06-17-event4_microsoft_sinkhole_http-a.csv
"$ROWS" 40000 20000 5 >in/2026-06-18-event4_microsoft_sinkhole_http-b.csv
for i in $(seq 25); do
	"$ENTENTE" ingest --node n -q in >/dev/null 2>&1 &
	pid=$!
	sleep "$(awk -v s="$i" 'BEGIN { srand(s); printf "%.3f", 0.005 + rand() * rand() * 0.5 }')"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
done
ok "the last run is let end" "$ENTENTE" ingest --node n -q in
series=$("$ENTENTE" indicators --node n --seen --json | sed -n 's/.*ae2e2d2b.*"sightings":\([0-9]*\).*/\1/p')
same "some complete a pattern over several" "$([ "${series:-0}" -gt 1000 ] && [ "$series" -lt 100000 ] && echo some)" some
counts() { "$ENTENTE" indicators --node n --json | sed -n 's/.*"id":"\([^"]*\)".*"sightings":\([0-9]*\).*/\1 \2/p' | sort | tr '\n' ' '; }
before=$(counts)
same "each event is one sighting, through kills" "$(echo "$before" | grep -c "8e2e2d2b[^ ]* 100000 ")" 1
ok "a replay" "$ENTENTE" replay --node n -q
same "counts the same" "$(counts)" "$before"
ok "it is revoked" sh -c 'printf "%s" "$1" | sed "s/\"x_own\"/\"revoked\":true,\"x_own\"/" | "$ENTENTE" objects import --node n -' x "$(object 2026-01-03T00:00:00.000Z "[ipv4-addr:value ISSUBSET '0.0.0.0/0']")"
"$ROWS" 1000 100 7 >in/2026-06-19-event4_microsoft_sinkhole_http-c.csv
ok "another report" "$ENTENTE" ingest --node n -q in
same "is not held against it" "$(counts | grep -c "8e2e2d2b[^ ]* 100000 ")" 1
ok "it is found by a part of its id" "$ENTENTE" objects search 9E2E2D2B --node n
says "and only it" "indicator--9e2e2d2b"
exits 64 "taken out without a reason" "$ENTENTE" objects delete $id --node n
ok "taken out with one" "$ENTENTE" objects delete $id --node n --reason "sent by mistake"
says "with all its versions" "3 versions were taken out"
exits 66 "it is gone" "$ENTENTE" objects about $id --node n
ok "who did it and why is in the log" "$ENTENTE" audit --node n
says "in the log" "sent by mistake"
same "nothing of it that was seen is left" "$(counts | grep -c 8e2e2d2b)" 0
ok "a collection" "$ENTENTE" objects collection-add shared --title "What we share" --node n
ok "among the others" "$ENTENTE" objects collections --node n
says "by its title" "What we share"
ok "doctor finds it whole" "$ENTENTE" doctor --full --node n
done_
