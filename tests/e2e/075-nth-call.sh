#!/bin/sh
# The n-th write, sync, open ... of a job fails, for n = 1, 2, 3 ... until the job
# runs through: each time it ends with a sentence or has dealt with it; and the same
# job again succeeds and leaves what it leaves where nothing ever failed.
# A job may be given the command it runs under, or none.
# shellcheck disable=SC2119,SC2120
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
export ENTENTE_NOW=1781870400 # 2026-06-19
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0"

# 30 lines: enough for every table, few enough for thousands of runs.
head -n 30 "$demo/2026-06-17-event4_sinkhole_http-demo.csv" >2026-06-17-event4_sinkhole_http-few.csv
head -n 20 "$demo/asn.csv" >asn.csv

job_init() { "$@" "$ENTENTE" init --node n --mail csirt@demo.example -q; }
job_ingest() { "$@" "$ENTENTE" ingest --node n -q 2026-06-17-event4_sinkhole_http-few.csv; }
# A report that was set aside is there again, and waits for a retry; a notice that
# could not be sent waits for its hour.
again() {
	[ "$1" != notices ] || { ENTENTE_NOW=1781956800 job_notices; return; }
	"job_$1" || return
	[ "$1" != ingest ] || "$ENTENTE" retry --node n -q
}
job_contacts() { "$@" "$ENTENTE" contacts --node n "$demo/contacts.csv" --apply -q; }
job_notices() { "$@" "$ENTENTE" notices --node n --prepare --send; }
job_networks() { "$@" "$ENTENTE" networks --node n --asn asn.csv -q; }

# What a job leaves, as text.
left_by() {
	# When a contact was told is another moment where it is told later.
	if [ "$job" = notices ]; then
		"$ENTENTE" query --node n --state notified --limit 0 --json | grep -c '"id"'
	else
		"$ENTENTE" doctor --node n --dump 2>&1
	fi
	"$ENTENTE" contacts --node n --json
	find n/outbox -path '*new/*' 2>/dev/null | wc -l
	[ ! -e n/networks.tbl ] || sha256sum <n/networks.tbl
}

# clean: what lies here is as it was before the job.
clean() {
	rm -rf n fired
	[ ! -d before ] || cp -r before n
}

# With --quiet the exit status alone says that a report was set aside; the list says why.
set_aside() {
	[ "$job" = ingest ] && [ "$status" = 1 ] &&
		"$ENTENTE" reports --node n --state aside --json | grep -q '"reason":"[^"]'
}

# faults JOB KIND...
faults() {
	job=$1
	shift
	clean
	ok "$job: without a fault" "job_$job"
	left_by >want
	for kind in "$@"; do
		n=1
		while clean && {
			job_"$job" env FAULT="$kind:$n" FAULT_FIRED="$work/fired" LD_PRELOAD="$FAULT_LIB" >.out 2>.err
			status=$?
			[ -e fired ]
		}; do
			where="$job: $kind $n"
			if [ "$status" -ge 100 ] || grep -q -e Sanitizer -e 'runtime error' .err; then
				same "$where: no crash" "$status: $(head -c 2000 .err)" ""
			elif [ "$status" -ne 0 ] && ! grep -q -e '^entente: ' -e 'report.aside' -e 'tried again later' .out .err && ! set_aside; then
				same "$where: a sentence" "$status: $(cat .out .err)" "entente: ..."
			elif ! again "$job" >.out 2>.err &&
				! { [ "$job" = init ] && grep -q 'holds a node already' .err; }; then
				same "$where: again" "$(cat .out .err)" "success"
			else
				left_by >got
				same "$where: what is left" "$(diff want got | head -n 20)" ""
			fi
			# Each of the first, then some of the many that are alike.
			n=$((n + 1 + n / ${FAULT_STEP:-20}))
		done
		same "$job: runs through at $kind $n" "$status" 0
	done
}

rm -rf before
faults init write sync open rename mkdir
mv n before
faults ingest write read sync open rename mkdir truncate
faults contacts write read sync open
faults networks write read sync open rename
clean
{ job_ingest && job_contacts; } >/dev/null
rm -rf before
mv n before
faults notices write read sync open rename mkdir
done_
