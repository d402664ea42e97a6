#!/bin/sh
# layers: a file may include from its own floor or from below, never from above.
cd "$ENTENTE_SOURCE/src" || exit 2
# shellcheck disable=SC2046
awk '
function floor_of(path) {
	split(path, p, "/")
	if (path ~ /^(flow|node|take|watch)/ || p[1] == "share") return 6
	return f[p[1]]
}
BEGIN { f["base"] = 1; f["parse"] = 2; f["model"] = 3; f["store"] = 4; f["intake"] = 5; f["attrib"] = 5; f["desk"] = 5; f["server"] = 7; f["cli"] = 8; f["main.c"] = 8 }
/^#include "/ {
	split($0, q, "\"")
	mine = floor_of(FILENAME)
	theirs = floor_of(q[2])
	if (theirs == 0) next
	n++
	if (theirs > mine) { print FILENAME ": floor " mine " includes " q[2] " of floor " theirs; bad++ }
	a = FILENAME; sub(/\/.*/, "", a); b = q[2]; sub(/\/.*/, "", b)
}
END { printf "%d passed, %d failed\n", n - bad, bad; exit bad > 0 }
' $(find . -name '*.[ch]' | sed 's,^\./,,')
