#!/bin/sh
# Notices signed with OpenPGP (RFC 3156), checked by GnuPG as a mail program
# would; keys that do not serve: nothing goes out unsigned then.
. "$ENTENTE_SOURCE/tests/e2e/lib.sh"
export ENTENTE_NOW=1781870400 PYTHONDONTWRITEBYTECODE=1
e() { "$ENTENTE" "$@" --node n; }
# A short path: the agent's socket lies in it.
GNUPGHOME=$(mktemp -d /tmp/entente-gpg-XXXXXX)
export GNUPGHOME
trap 'gpgconf --kill all; rm -rf "$work" "$GNUPGHOME"' EXIT
key() { gpg --batch --quiet --pinentry-mode loopback --passphrase '' --quick-gen-key "$@"; }
ok "a key" key "CSIRT <csirt@demo.example>" ed25519 sign 1d
ok "a key of long ago" gpg --batch --quiet --faked-system-time 20200101T000000! --pinentry-mode loopback --passphrase '' --quick-gen-key "Old <old@demo.example>" ed25519 sign 1d

ok "a node" "$ENTENTE" init --node n --mail csirt@demo.example --name "From the CSIRT of Exampleland" -q
cat >in.jsonl <<'J'
{"classification.type":"scanner","malware.name":"From here   ","source.ip":"192.0.2.1","source.asn":64496,"source.geolocation.cc":"ES","time.source":"2026-06-18T10:00:00Z","feed.name":"f"}
{"classification.type":"infected-system","malware.name":"From there.  -","source.ip":"192.0.2.2","source.asn":64496,"source.geolocation.cc":"ES","time.source":"2026-06-18T10:00:00Z","feed.name":"f"}
J
ok "findings" e ingest -q in.jsonl
ok "a contact who reads Arabic" e contacts --add abuse@a.example --scope asn --value 64496 --language ar --notice-format both
ok "a focal point who reads English" e contacts --add focal@es.example --scope country --value ES --language en
ok "one who reads French" e contacts --add abuse@b.example --scope prefix --value 192.0.2.2/32 --language fr

sign() { sed -i "s/^sign = .*/sign = $1/" n/entente.conf; }
for k in nobody@demo.example old@demo.example 0123456789ABCDEF0123456789ABCDEF01234567; do
	sign $k
	exits 74 "key $k" e notices --send
	says "says which key" "$k"
	says "says what to look at" "gpg --list-secret-keys"
	same "$k: nothing is made or sent" "$(e notices --json)$(ls n/outbox/new 2>/dev/null)" "[]"
done
sign csirt@demo.example
ok "signed" e notices --send
same "three went" "$(ls n/outbox/new | wc -l | tr -d ' ')" 3
cat >verify.py <<'P'
"""Cut the signed part out of the bytes as they are, and let gpg compare."""
import email, glob, subprocess, sys
from email import policy
tongues = set()
for path in sorted(glob.glob('n/outbox/new/*')):
    raw = open(path, 'rb').read()
    m = email.message_from_bytes(raw, policy=policy.default)
    assert m.get_content_type() == 'multipart/signed' and not m.defects, m
    assert m['content-type'].params['protocol'] == 'application/pgp-signature'
    assert m['content-type'].params['micalg'].startswith('pgp-'), m['content-type']
    parts = raw.split(b'--' + m.get_boundary().encode())
    assert len(parts) == 4, len(parts)
    signed = parts[1][2:-2]  # without the line ends that belong to the boundaries
    assert all(line.endswith(b'\r') or line == b'' for line in signed.split(b'\n')), path
    assert all(c < 128 for c in signed), 'RFC 3156 section 3: seven bits'
    for line in signed.split(b'\r\n'):
        assert not line.startswith(b'From ') and not line.endswith((b' ', b'\t')), line
    open('signed', 'wb').write(signed)
    content, signature = list(m.iter_parts())
    open('signature', 'wb').write(signature.get_content() if isinstance(signature.get_content(), bytes) else signature.get_content().encode())
    r = subprocess.run(['gpg', '--batch', '--status-fd', '1', '--verify', 'signature', 'signed'], capture_output=True, text=True)
    assert r.returncode == 0 and 'GOODSIG' in r.stdout and 'csirt@demo.example' in r.stdout, r
    # One byte more, and it must fail: else this test says nothing.
    open('signed', 'ab').write(b'x')
    assert subprocess.run(['gpg', '--batch', '--verify', 'signature', 'signed'], capture_output=True).returncode != 0
    text = content.get_body().get_content()
    assert 'From the CSIRT of Exampleland' in text and '-- ' in text.splitlines(), text
    tongues.add(m['content-language'])
assert tongues == {'ar', 'en', 'fr'}, tongues
P
ok "gpg says that they are good" python3 verify.py
id=$(e notices --contact abuse@a --json | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["id"])')
ok "one, decoded" e notices "$id"
says "its text" "192.0.2.1"
says "its signature" "application/pgp-signature"
done_
