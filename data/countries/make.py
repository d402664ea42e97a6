"""
Make countries.json of the desk's list of countries and territories:
   make.py COUNTRIES.json > data/countries/countries.json
A line a country: its ISO codes and its name in six languages, in the United
Nations' wording (M49) where that has one. SOURCES.md says where they are from.
"""
import json
import sys

LANGS = ('ar', 'zh', 'en', 'fr', 'ru', 'es')
with open(sys.argv[1], encoding='utf-8') as f:
    rows = json.load(f)['countries']
out = []
for r in sorted(rows, key=lambda r: r['iso2']):
    name = r.get('name_m49') or r['name']
    entry = {'iso2': r['iso2'], 'm49': r['m49']}
    entry.update((tag, name.get(tag) or r['name'][tag]) for tag in LANGS)
    out.append(json.dumps(entry, ensure_ascii=False))
print('[\n' + ',\n'.join(out) + '\n]')
