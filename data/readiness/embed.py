"""
Write readiness.json as C tables, in the order of the file:
    embed.py READINESS.json OUT.c
"""
import json
import sys

LANGS = ('ar', 'zh', 'en', 'fr', 'ru', 'es')  # enum lang
d = json.load(open(sys.argv[1], encoding='utf-8'))


def c_text(text):
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n') + '"'


def texts(v):
    """Of a text, or of a list joined by lines; what a language lacks is English."""
    def one(tag):
        t = v.get(tag) or v['en']
        return '\n'.join(t) if isinstance(t, list) else t
    return '{ { ' + ', '.join(c_text(one(tag)) for tag in LANGS) + ' } }'


def level(v, n):
    return {tag: v[tag][n] for tag in v}


with open(sys.argv[2], 'w', encoding='utf-8') as f:
    f.write('#include "model/desk_ready.h"\n\nconst char *const ready_version = %s;\n' % c_text(d['version']))
    f.write('const struct ready_domain ready_domains[] = {\n')
    for x in d['domains']:
        f.write('\t{ "%s", %s },\n' % (x['id'], texts(x)))
    f.write('};\nconst size_t ready_domain_count = %d;\n' % len(d['domains']))
    f.write('const struct ready_text ready_scale[READY_LEVELS] = {\n')
    for x in d['scale']:
        f.write('\t%s,\n' % texts(x['name']))
    f.write('};\nconst struct ready_indicator ready_indicators[] = {\n')
    for x in d['indicators']:
        least = x.get('minimum') or {'area': '', 'level': 0}
        f.write('\t{ "%s", "%s", "%s", "%s", %d, %d, %s, %s, %s, %s, {\n' % (
            x['id'], x['domain'], ' '.join(x['topics']), least['area'], least['level'], x['valid_months'],
            c_text('%(name)s (%(unit)s)' % x['metric'] if x.get('metric') else ''),
            c_text('\n'.join(x['references'])), texts(x['question']), texts(x['evidence'])))
        for n in range(5):
            f.write('\t\t%s,\n' % texts(level(x['levels'], n)))
        f.write('\t} },\n')
    f.write('};\nconst size_t ready_count = %d;\n' % len(d['indicators']))
