"""
Make facts.json of the desk's list of countries and territories:
   facts.py COUNTRIES.json > data/countries/facts.json
A line a country: what the desk counts by. SOURCES.md says where it is from.
"""
import json
import sys

with open(sys.argv[1], encoding='utf-8') as f:
    rows = json.load(f)['countries']
out = []
for r in sorted(rows, key=lambda r: r['iso2']):
    entry = {'iso2': r['iso2'], 'member': r['un_member'], 'region': r['region'] or '', 'subregion': r['subregion'] or '',
             'ldc': r['ldc'], 'lldc': r['lldc'], 'sids': r['sids'], 'language': r['desk_language'] or ''}
    out.append(json.dumps(entry, ensure_ascii=False))
print('[\n' + ',\n'.join(out) + '\n]')
