#!/bin/sh
# Help, manual pages and completion of every command; languages.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
exits 64 "nothing said" "$ENTENTE"
ok "help" "$ENTENTE" --help
commands=$("$ENTENTE" --help | awk '/^Commands:/ { on = 1; next } /^$/ { on = 0 } on { print $1 }')
same "there are commands" "$(echo "$commands" | wc -l | tr -d " ")" 16
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
for l in ar zh en fr ru es; do
	ok "help in $l" "$ENTENTE" --lang $l --help
done
exits 64 "no such language" "$ENTENTE" query --lang xx
done_
