# serve.sh: sourced by the tests of the server, behind lib.sh. Servers listen on
# loopback at a port that is free.

command -v curl >/dev/null || { echo "skipped: there is no curl"; exit 77; }

# serve_node DIR: a node with a person "ana", and $token of hers.
serve_node() {
	node "$1" || return
	sed -i 's/^listen = .*/listen = 127.0.0.1:0/' "$1/entente.conf"
	echo 'correct horse battery 9' | "$ENTENTE" account add ana --node "$1" --role administrator,analyst,auditor --password-file - -q || return
	token=$("$ENTENTE" account token ana --node "$1" --name test --json \
		--scope findings.read,findings.act,reports.read,reports.raw,reports.add,stats.read,metrics |
		sed 's/.*"token":"\([^"]*\)".*/\1/')
	auth="Authorization: Bearer $token"
}

# wait_for WHAT SECONDS COMMAND...: until the command succeeds.
wait_for() {
	what=$1
	left=$(($2 * 20))
	shift 2
	while ! "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		if [ "$left" -le 0 ]; then
			failed=$((failed + 1))
			echo "FAILED: $what: not within its time: $*"
			return 1
		fi
		sleep 0.05
	done
	passed=$((passed + 1))
}

# serve DIR [OPTION...]: start; $server is its process, $url where it is.
serve() {
	dir=$1
	shift
	# shellcheck disable=SC2154 # of lib.sh
	rm -f "$work/serve.out"
	"$ENTENTE" serve --node "$dir" "$@" >"$work/serve.out" 2>>"$work/serve.log" &
	server=$!
	wait_for "the server says where it is" 20 grep -q '^Serving at' "$work/serve.out" || cat "$work/serve.log"
	url=$(sed -n 's/^Serving at //p' "$work/serve.out" | head -1)
	wait_for "the server answers" 20 healthy || tail -5 "$work/serve.log"
}

healthy() {
	curl -sk -m 5 -o "$work/.health" -w '%{http_code}' "${url}health" | grep -q 200
}

# stop: SIGTERM, and what it ended with in $status.
stop() {
	kill "$server"
	wait "$server"
	status=$?
}

# get PATH: an answer's body.
get() {
	curl -sk -m 60 -H "$auth" "$url$1"
}

# put FILE: upload a report; prints the status.
put() {
	curl -sk -m 120 -o "$work/.put" -w '%{http_code}' -H "$auth" -H "X-Filename: $(basename "$1")" \
		-H 'Content-Type: application/octet-stream' --data-binary @"$1" "${url}api/v1/reports"
}

all_read() {
	! get 'api/v1/reports?state=received&limit=1' | grep -q '"id"' && ! get 'api/v1/reports?state=reading&limit=1' | grep -q '"id"'
}
