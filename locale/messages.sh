#!/bin/sh
# messages.sh SOURCE-ROOT OUT.pot: every message of the sources, as gettext's template:
# those of the program, then those of the page (web/src).
# messages.sh SOURCE-ROOT --merge: bring the catalogues up to it; what is new stands
# there with an empty msgstr, what no source has any more is gone.
set -eu
cd "$1"
pot=$2
[ "$pot" != --merge ] || pot=$(mktemp)
find src -name '*.[ch]' ! -name '*_test.c' ! -name '*_fuzz.c' | LC_ALL=C sort |
	xgettext --files-from=- --from-code=UTF-8 --language=C --no-location --no-wrap \
		--add-comments=L10N: --package-name=entente \
		--keyword --keyword=T:1 --keyword=N_:1 --keyword=TN:1,2 \
		--keyword=err_set:3 --keyword=err_sys:2 --keyword=err_within:2 \
		--keyword=lang_text:2 --keyword=lang_plural:2,3 \
		--flag=err_set:3:c-format --flag=err_sys:2:c-format --flag=err_within:2:c-format \
		--output="$pot"
# Read as C: xgettext's JavaScript loses its way in JSX, and of a call with texts in
# double quotes C and TypeScript write the same. web/tests/messages.test.ts holds what
# it finds against TypeScript's own parser.
find web/src -name '*.ts' -o -name '*.tsx' | LC_ALL=C sort |
	xgettext --files-from=- --from-code=UTF-8 --language=C --no-location --no-wrap \
		--add-comments=L10N: --package-name=entente --join-existing \
		--keyword --keyword=t:1 --keyword=tx:1 --keyword=tn:1,2 --keyword=N_:1 \
		--output="$pot"
# A date would make each merge a change.
sed -i "/^\"POT-Creation-Date/d; /^\"Report-Msgid-Bugs-To/d" "$pot"
[ "$2" = --merge ] || exit 0
for po in locale/*.po; do
	msgmerge --quiet --no-fuzzy-matching --no-location --no-wrap --output="$po.new" "$po" "$pot"
	msgattrib --no-obsolete --no-wrap --no-location --output="$po" "$po.new"
	rm "$po.new"
done
rm "$pot"
