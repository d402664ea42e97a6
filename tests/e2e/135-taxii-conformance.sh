#!/bin/sh
# What TAXII 2.1 asks of a server, requirement by requirement (tests/taxii_conformance.py), asked of the real one.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
. "$ENTENTE_SOURCE/tests/e2e/serve.sh"
serve_node n || exit 1
reader=$("$ENTENTE" account token ana --node n --name reader --json --scope findings.read | sed 's/.*"token":"\([^"]*\)".*/\1/')
# The collection is there once something came.
printf '%s' '{"type":"mutex","id":"mutex--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","name":"x"}' >first.json
ok "a collection" "$ENTENTE" objects import --node n first.json
serve n
# shellcheck disable=SC2154 # of serve.sh
same "which is emptied" "$(curl -sk -m 60 -o body -w '%{http_code}' -X DELETE -H "$auth" "${url}taxii2/entente/collections/local/objects/mutex--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f/")" 200
# shellcheck disable=SC2154 # of serve.sh
python3 "$ENTENTE_SOURCE/tests/taxii_conformance.py" "$url" "$token" "$reader" >answers
same "each requirement is met" "$?" 0
grep '^FAILED' answers
passed=$((passed + $(grep -c '^ok' answers)))
failed=$((failed + $(grep -c '^FAILED' answers)))
stop
# shellcheck disable=SC2154
same "the server ends well" "$status" 0
ok "doctor finds it whole" "$ENTENTE" doctor --node n
done_
