#!/bin/sh
# Damage: random bytes, pages and lengths of the node's files, SEEDS times (40).
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
export ENTENTE_NOW=1781870400
node n
ok "ingest" "$ENTENTE" ingest --node n -q "$demo"/2026*.csv
exec python3 "$ENTENTE_SOURCE/tests/e2e/corrupt.py" "$ENTENTE" "$work" "$demo" "${SEEDS:-40}" "${SEED:-1}"
