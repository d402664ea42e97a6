#!/bin/sh
# Help, manual pages and completion of every command; languages.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
exits 64 "nothing said" "$ENTENTE"
ok "help" "$ENTENTE" --help
commands=$("$ENTENTE" --help | awk '/^Commands:/ { on = 1; next } /^$/ { on = 0 } on { print $1 }')
same "there are commands" "$(echo "$commands" | wc -l | tr -d " ")" 27
for c in $commands; do
	ok "$c --help" "$ENTENTE" "$c" --help
	ok "manual $c" "$ENTENTE" manual "$c"
	if command -v mandoc >/dev/null; then
		ok "manual $c is troff" sh -c "mandoc -T lint -W error '$work/.out' || mandoc -T ascii '$work/.out' >/dev/null"
	fi
done
ok "bash completion" "$ENTENTE" completion bash
ok "it is shell" bash -n "$work/.out"
ok "fish completion" "$ENTENTE" completion fish
ok "zsh completion" "$ENTENTE" completion zsh
"$ENTENTE" completion bash >c.bash
completes() { bash -c '. ./c.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _entente; echo "${COMPREPLY[*]}"' sh entente "$@"; }
same "values of a closed list" "$(completes stats --by co)" "country"
same "by its letter too" "$(completes query -s op)" "open"
same "classes" "$(completes query --class infe)" "infected-system"
same "words of an argument" "$(completes act re)" "resolve reopen"
: >thefile
same "files where files are meant" "$(completes ingest thef) $(completes ingest --schema thef)" "thefile thefile"
same "and nowhere else" "$(completes query thef)$(completes query --text thef)$(completes stats --by thef)" ""
for c in $commands; do
	grep -q "'$c'" "$ENTENTE_SOURCE/meson.build"
	same "the manual page of $c is installed" $? 0
done
if command -v mandoc >/dev/null; then
	"$ENTENTE" manual query >query.1
	same "a page has a date" "$(mandoc -T lint query.1 2>&1 | grep -c 'missing date')" 0
fi
for l in ar zh en fr ru es; do
	ok "help in $l" "$ENTENTE" --lang $l --help
done
# What may be given several times says so by "...": each of them counts.
printf '192.0.2.1\n' >several.txt
ok "init" "$ENTENTE" init --node several -q
ok "options one by one" "$ENTENTE" ingest --node several --mapping block_list --print-events -o feed.url=http://a.example/ -o feed.code=abc several.txt
same "the first counts" "$(grep -c '"feed.url":"http://a.example/"' .out)" 1
same "and the second" "$(grep -c '"feed.code":"abc"' .out)" 1
exits 64 "one that is given twice" "$ENTENTE" ingest --node several -o feed.code=a -o feed.code=b several.txt
exits 64 "the second is looked at, too" "$ENTENTE" ingest --node several -o feed.code=a -o nonsense several.txt
ok "the help" "$ENTENTE" ingest --help
same "says so" "$(grep -c -- '--option KEY=VALUE\.\.\.' .out)" 1
exits 64 "no such language" "$ENTENTE" query --lang xx
# What it prints got lost: that is told, not passed over.
for c in version help "completion bash" "manual query"; do
	# shellcheck disable=SC2086
	exits 74 "$c to a full disk" sh -c '"$@" >/dev/full' full "$ENTENTE" $c
done
done_
