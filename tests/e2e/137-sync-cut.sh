#!/bin/sh
# A network that cuts in the middle of pages and envelopes, a command line and a courier
# that are killed there: in the end both nodes hold the same objects, each once, and the
# counts are of so many as came.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
. "$ENTENTE_SOURCE/tests/e2e/serve.sh"
. "$ENTENTE_SOURCE/tests/e2e/sync.sh"
rounds=${ROUNDS:-12}
sync_nodes 0
objects es.json 0 6000
objects fr.json 20000 4000
ok "what es has" run es objects import es.json
ok "what fr has" run fr objects import fr.json
serve es
es=$server es_url=$url
python3 "$ENTENTE_SOURCE/tests/e2e/cut_proxy.py" port mode 127.0.0.1 "$(echo "$es_url" | sed 's,.*:,,; s,/,,')" 2>proxy.log &
proxy=$!
trap 'kill $proxy; rm -rf "$work"' EXIT
wait_for "the proxy is there" 20 test -s port
through=https://127.0.0.1:$(cat port)/taxii2/entente/
ok "fr polls" run fr sync add es-cert poll local --url "$through" --ca es/tls/certificate.pem --local theirs --every 10
ok "fr pushes" run fr sync add es-cert push local --url "$through" --ca es/tls/certificate.pem --every 10

# some MAX: a number that is another each time, and the same in each run.
seed=1
some() { seed=$(((seed * 1103515245 + 12345) % 2147483648)); echo $((seed / 65536 % $1)); }
# As each cut lets some pages through or none, and each kill, it comes to an end.
cuts=0
kills=0
i=0
while [ $i -lt "$rounds" ]; do
	echo "cut $((40000 + $(some 900) * 1000))" >mode
	run fr sync now >.out 2>.err || cuts=$((cuts + 1))
	echo slow >mode
	"$ENTENTE" sync now --node fr >.out 2>.err &
	victim=$!
	sleep "0.$((1 + $(some 7)))"
	kill -9 $victim 2>/dev/null && kills=$((kills + 1))
	wait $victim 2>/dev/null
	i=$((i + 1))
done
echo "cut $cuts times, killed $kills times; so far received $(row fr 1 received), sent $(row fr 2 sent)"
if [ $cuts -eq 0 ] || [ $kills -eq 0 ]; then
	same "something was cut, and killed" "$cuts $kills" "some"
fi
echo refuse >mode
exits 1 "nobody answers" run fr sync now
cat "$work/.out" "$work/.err" >told
ok "it is told" grep -qE "no TLS connection comes about with it|nothing answers at its address" told
[ "$(row fr 1 failures)" -gt 0 ] || same "failures in a row" "$(row fr 1 failures)" "some"
echo pass >mode
ok "and then all is well" run fr sync now
same "both are well" "$(row fr 1 state) $(row fr 2 state) $(row fr 1 failures)" "waiting waiting 0"
# What fr pushed is a part of what es has, and so comes back; it stays fr's own.
ok "what was pushed meanwhile comes too" run fr sync now
held es local >es.ids
held fr local >fr.own
held fr theirs >fr.theirs
same "es has all" "$(wc -l <es.ids | tr -d ' ')" 10000
same "fr has what es has" "$(cmp es.ids fr.theirs && echo the same)" "the same"
same "each once" "$(uniq -d es.ids | wc -l | tr -d ' ') $(uniq -d fr.theirs | wc -l | tr -d ' ')" "0 0"
same "and its own as before" "$(wc -l <fr.own | tr -d ' ')" 4000
same "no version twice" "$(run fr objects list -c theirs --version all --limit 0 --json | grep -c '"id"')" 10000
came() { echo $(($(row fr 1 received) - $(row fr 1 known) - $(row fr 1 refused))); }
same "fr counts as many as came" "$(came)" 10000
same "none was refused" "$(row fr 1 refused) $(row fr 2 refused)" "0 0"
ok "nothing more is to be done" run fr sync now
same "nothing comes twice" "$(came)" 10000

# The same by servers: the courier is killed, and another one goes on.
objects more.json 40000 5000
ok "fr has more" run fr objects import more.json
serve fr
fr=$server
courier() { pgrep -P "$fr" entente-courier | head -1; }
i=0
while [ $i -lt 6 ]; do
	echo slow >mode
	wait_for "there is a courier" 20 courier
	run fr sync now -q >/dev/null 2>&1
	sleep "0.$((1 + $(some 9)))"
	kill -9 "$(courier)" 2>/dev/null
	i=$((i + 1))
done
echo pass >mode
more() { held es local >es.ids && [ "$(wc -l <es.ids)" = 15000 ]; }
wait_for "es gets the rest" 90 more
same "each once" "$(uniq -d es.ids | wc -l | tr -d ' ')" 0
kill "$fr" "$es"
wait "$fr"
same "fr ends in order" $? 0
wait "$es"
same "es ends in order" $? 0
for n in es fr; do ok "$n's store is whole" run $n doctor; done
done_
