#!/bin/sh
# MaxMind DB files as the vendors write them: IPv4 at ::/96 and, by aliases, at
# ::ffff:0:0/96, 2001::/32 and 2002::/16 of the same tree.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
ok "a node" "$ENTENTE" init --node n --mail csirt@demo.example
ok "files are made" python3 "$ENTENTE_SOURCE/tests/e2e/maxmind.py" asn.mmdb country.mmdb
ok "they are read" "$ENTENTE" networks --node n --asn asn.mmdb --country country.mmdb
"$ENTENTE" networks --node n --json 192.0.2.9 ::ffff:192.0.2.9 2001:db8::1 2002:c000:209::1 198.51.100.1 >got
same "an IPv4 address" "$(grep -c '"192.0.2.9","network":"192.0.2.0/24","asn":64496,"as_name":"Example Telecom","country":"ES"' got)" 1
same "the same, mapped" "$(grep -c '"::ffff:192.0.2.9","network":"192.0.2.0/24","asn":64496' got)" 1
same "an IPv6 address" "$(grep -c '"2001:db8::1","network":"2001:db8::/32","asn":64499,"as_name":"Six","country":"FR"' got)" 1
same "an alias is no network" "$(grep -c '"2002:c000:209::1","network":null,"asn":null' got)" 1
same "a gap is unknown" "$(grep -c '"198.51.100.1","network":null,"asn":null' got)" 1
done_
