#!/bin/sh
# kill -9 at random moments of ingest, KILLS times (200); then let it end, and
# compare with a node that was never killed.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
kills=${KILLS:-200}

mkdir in
"$ROWS" 60000 20000 3 >in/2026-06-17-event4_microsoft_sinkhole_http-a.csv
"$ROWS" 40000 20000 5 >in/2026-06-18-event4_microsoft_sinkhole_http-b.csv
cp "$demo"/2026*.csv "$demo"/*.eml "$demo"/complaint-xarf.json in/
export ENTENTE_NOW=1781870400
ok "a node that is left alone" node calm
ok "its ingest" "$ENTENTE" ingest --node calm -q in
calm=$("$ENTENTE" doctor --dump --node calm | sha256sum)

ok "a node that is not" node n
killed=0
for i in $(seq "$kills"); do
	"$ENTENTE" ingest --node n -q in >/dev/null 2>&1 &
	pid=$!
	sleep "$(awk -v s="$i" 'BEGIN { srand(s); printf "%.3f", 0.005 + rand() * rand() * 0.5 }')"
	kill -9 $pid 2>/dev/null && killed=$((killed + 1))
	wait $pid 2>/dev/null
done
echo "$killed of $kills runs were killed before their end"
ok "the last run is let end" sh -c '"$ENTENTE" ingest --node n -q in; [ $? -le 1 ]'
same "the same findings and counts as undisturbed" "$("$ENTENTE" doctor --dump --node n | sha256sum)" "$calm"
same "every report is there" "$("$ENTENTE" reports --node n --limit 0 --json | grep -cE '"state":"(done|nothing)"')" "$(find in -type f | wc -l | tr -d ' ')"
ok "doctor finds it whole" "$ENTENTE" doctor --full --node n
sleep 1
same "no reader is left behind" "$(pgrep -f "$work" | wc -l | tr -d ' ')" 0
done_
