#!/bin/sh
# count.sh LOG FAILED: add up the "N passed, N failed" lines of a test log and print
# one such line. What a test says it left out ("skipped: why") is named once and
# counted. FAILED is 1 when a test program itself failed. Exit 1 on any failure.
awk -v failed_programs="$2" '
/^(families: )?[0-9]+ passed, [0-9]+ failed/ {
	sub(/^families: /, "")
	passed += $1
	failed += $3
}
/^skipped: / {
	skipped++
	reasons[++n] = $0
}
END {
	for (i = 1; i <= n; i++)
		if (!(reasons[i] in said)) {
			print reasons[i]
			said[reasons[i]] = 1
		}
	if (failed_programs + 0 > 0 && failed == 0)
		failed = 1
	printf "%d passed, %d failed", passed, failed
	if (skipped > 0)
		printf ", %d skipped", skipped
	printf "\n"
	exit failed > 0 || passed == 0
}' "$1"
