#!/bin/sh
# TAXII 2.1 over TLS from the real server: post, page, filter, while others write;
# what came is watched for by the next report; nobody and large things are refused.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
. "$ENTENTE_SOURCE/tests/e2e/serve.sh"
serve_node n || exit 1
printf '%s' '{"type":"mutex","id":"mutex--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","name":"x"}' >first.json
ok "a collection" "$ENTENTE" objects import --node n first.json
serve n
type='application/taxii+json;version=2.1'
root="${url}taxii2/entente/"
taxii() { curl -sk -m 60 -H "$auth" -H "Accept: $type" "$@"; }
code() { taxii -o body -w '%{http_code} %{content_type}' "$@"; }
post() { code -X POST -H "Content-Type: $type" --data-binary "@$1" "${root}collections/$c/objects/"; }

same "discovery" "$(code "${url}taxii2/")" "200 $type"
same "names the root" "$(python3 -c 'import json; print(json.load(open("body"))["default"])')" "/taxii2/entente/"
same "nobody sees it" "$(curl -sk -m 60 -o nobody -w '%{http_code}' "${url}taxii2/")" 401
c=$(taxii "${root}collections/" | python3 -c 'import json, sys; print(json.load(sys.stdin)["collections"][0]["id"])')
python3 - <<'END'
import json, uuid
def indicator(i):
    return {"type": "indicator", "spec_version": "2.1", "id": "indicator--%s" % uuid.UUID(int=i << 100 | 1, version=4),
            "created": "2020-01-01T00:00:00.000Z", "modified": "2020-01-01T00:00:00.000Z", "pattern_type": "stix",
            "pattern": "[ipv4-addr:value = '198.51.%d.%d']" % (i >> 8, i & 255), "valid_from": "2020-01-01T00:00:00Z"}
for n in range(10):
    with open("post%d" % n, "w") as f:
        json.dump({"objects": [indicator(n * 1000 + i) for i in range(1000)]}, f)
with open("large", "w") as f:
    json.dump({"objects": [{"type": "tool", "x": "y" * 70000000}]}, f)
END
for n in 0 1 2 3 4; do
	same "post $n" "$(post post$n)" "202 $type"
done
same "all were taken" "$(python3 -c 'import json; s = json.load(open("body")); print(s["status"], s["success_count"], s["failure_count"])')" "complete 1000 0"
same "its status can be asked for" "$(code "${root}status/$(python3 -c 'import json; print(json.load(open("body"))["id"])')/")" "200 $type"
same "too large" "$(post large | cut -c1-3)" 413

# Pages while others write: on from the last one by "next", and by the header where there is none.
(for n in 5 6 7 8 9; do taxii -o posted -X POST -H "Content-Type: $type" --data-binary @post$n "${root}collections/local/objects/"; done) &
writer=$!
cat >page.py <<'END'
import json
page = json.load(open("page"))
with open("ids", "a") as f:
    f.write("".join(o["id"] + "\n" for o in page.get("objects", [])))
print("&next=" + page["next"] if page.get("more") else "")
END
: >ids
from=''
tries=0
while [ "$(wc -l <ids | tr -d ' ')" -lt 10000 ] && [ $tries -lt 300 ]; do
	taxii -D head -o page "${root}collections/$c/objects/?limit=700&match%5Btype%5D=indicator$from"
	next=$(python3 page.py)
	last=$(sed -n 's/^[Xx]-[Tt][Aa][Xx][Ii][Ii]-[Dd]ate-[Aa]dded-[Ll]ast: *//p' head | tr -d '\r')
	[ -z "$last" ] || from="&added_after=$last"
	[ -z "$next" ] || from=$next
	[ -n "$next" ] || sleep 0.1
	tries=$((tries + 1))
done
wait "$writer"
same "each object came, and once" "$(sort -u ids | wc -l | tr -d ' ') $(wc -l <ids | tr -d ' ')" "10000 10000"
taxii "${root}collections/local/manifest/?limit=5" >manifest
same "a manifest" "$(python3 -c 'import json; m = json.load(open("manifest")); print(len(m["objects"]), m["more"])')" "5 True"

printf '[{"classification.type":"scanner","source.ip":"198.51.1.7"}]' >report.json
ok "a report" curl -skf -m 60 -H "$auth" -H 'X-Filename: report.json' --data-binary @report.json -o taken "${url}api/v1/reports"
seen() { "$ENTENTE" indicators --node n --seen --json | grep -q '198.51.1.7'; }
wait_for "what came by TAXII is watched for" 30 seen
stop
# shellcheck disable=SC2154 # of serve.sh
same "the server ends well" "$status" 0
ok "doctor finds it whole" "$ENTENTE" doctor --node n
done_
