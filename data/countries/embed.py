"""
Write countries.json as a C table, in the order of the codes:
    embed.py COUNTRIES.json OUT.c
"""
import json
import sys

LANGS = ('ar', 'zh', 'en', 'fr', 'ru', 'es')  # enum lang
rows = json.load(open(sys.argv[1], encoding='utf-8'))
assert [r['iso2'] for r in rows] == sorted({r['iso2'] for r in rows})


def c_text(text):
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"') + '"'


with open(sys.argv[2], 'w', encoding='utf-8') as f:
    f.write('#include "model/country.h"\n\nconst struct country country_rows[] = {\n')
    for r in rows:
        f.write('\t{ "%s", { %s } },\n' % (r['iso2'], ', '.join(c_text(r[tag]) for tag in LANGS)))
    f.write('};\nconst size_t country_count = %d;\n' % len(rows))
