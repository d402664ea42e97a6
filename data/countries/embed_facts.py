"""
Write facts.json as a C table, in the order of the codes:
    embed_facts.py FACTS.json OUT.c
"""
import json
import sys

rows = json.load(open(sys.argv[1], encoding='utf-8'))
assert [r['iso2'] for r in rows] == sorted({r['iso2'] for r in rows})
with open(sys.argv[2], 'w', encoding='utf-8') as f:
    f.write('#include "model/desk_member.h"\n\nconst struct desk_member desk_members[] = {\n')
    for r in rows:
        f.write('\t{ "%s", "%s", "%s", "%s", %s, %s, %s, %s },\n' % (r['iso2'], r['region'], r['subregion'], r['language'],
                *('true' if r[k] else 'false' for k in ('member', 'ldc', 'lldc', 'sids'))))
    f.write('};\nconst size_t desk_member_count = %d;\n' % len(rows))
