# lib.sh: sourced by the end-to-end tests. $ENTENTE is the program, $ENTENTE_SOURCE
# the source tree. Each test works in a folder of its own and ends with done_.
set -u
export ENTENTE_LANG=en
work=$(mktemp -d "${TMPDIR:-/tmp}/entente-e2e-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
passed=0
failed=0
demo=$ENTENTE_SOURCE/data/demo

# ok WHAT COMMAND...: the command must succeed.
ok() {
	what=$1
	shift
	"$@" >"$work/.out" 2>"$work/.err"
	got=$?
	if [ "$got" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $what: exit $got of: $*"
		cat "$work/.out" "$work/.err" | tail -5
	fi
}

# exits STATUS WHAT COMMAND...: the command must end with this status.
exits() {
	want=$1
	what=$2
	shift 2
	"$@" >"$work/.out" 2>"$work/.err"
	got=$?
	if [ "$got" = "$want" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $what: expected exit $want, got $got of: $*"
		cat "$work/.out" "$work/.err" | tail -5
	fi
}

# same WHAT GOT WANT
same() {
	if [ "$2" = "$3" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $1"
		echo "	expected $3"
		echo "	got      $2"
	fi
}

# says WHAT TEXT: the last command's output or error holds the text.
says() {
	if grep -qF -- "$2" "$work/.out" "$work/.err"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $1: nowhere: $2"
		cat "$work/.out" "$work/.err" | tail -5
	fi
}

# node DIR: a fresh node with the demo's networks.
node() {
	"$ENTENTE" init --node "$1" --mail csirt@demo.example -q &&
		"$ENTENTE" networks --node "$1" --asn "$demo/asn.csv" --country "$demo/country.csv" -q
}

done_() {
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ]
	exit
}
