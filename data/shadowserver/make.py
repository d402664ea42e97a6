#!/usr/bin/env python3
"""
Turn Shadowserver's report schema (intelmq.json, as its report_schema
repository publishes it) into our own table:

    make.py intelmq.json > data/shadowserver/schema.tsv

Only facts are taken: which column of which report means which field. A line
is a row, its parts stand between tabs:

    date     when the schema was made
    report   key  file_name  feed_name  url
    constant field  value
    need     field  column  converter      (the row is bad without it)
    take     field  column  converter
"""
import json
import sys

with open(sys.argv[1], encoding='utf-8') as f:
    schema = json.load(f)


def row(*parts):
    parts = [str(p) for p in parts]
    assert not any('\t' in p or '\n' in p for p in parts), parts
    print('\t'.join(parts).rstrip('\t'))


print('# Shadowserver reports; made by data/shadowserver/make.py, do not edit')
row('date', schema.get('_meta', {}).get('date_created', ''))
for key in sorted(schema):
    if key == '_meta':
        continue
    r = schema[key]
    row('report', key, r['file_name'], r['feed_name'], r.get('url', ''))
    for field, value in sorted(r['constant_fields'].items()):
        row('constant', field, value)
    for word, items in (('need', r['required_fields']), ('take', r['optional_fields'])):
        for item in items:
            row(word, item[0] or '-', item[1], item[2] if len(item) > 2 else '')
