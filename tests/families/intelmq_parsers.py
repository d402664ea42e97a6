"""
IntelMQ's parser tests. A feed of its own goes through the mapping that ships under
the feed's name; the generic ones (csv, json, key_value, html_table) carry their
settings with them, which are written here as the mapping a person would write.
"""
import base64
import collections
import datetime
import json
import os
import re

from common import Family, feeds, ingest, lines, source

# What is not under the bot's own name.
WAYS = {
    'shodan.parser': lambda p: ('--mapping', 'shodan_minimal' if p.get('minimal_mode') else 'shodan'),
    'n6.parser_n6stomp': lambda p: ('--format', 'n6'),
    'shadowserver.parser': lambda p: ('--format', 'shadowserver-csv'),
    'shadowserver.parser_json': lambda p: ('--format', 'shadowserver-json'),
    'json.parser': lambda p: ('--format', 'intelmq-json'),
    'eset.parser': lambda p: ('--mapping', 'eset'),
}
BOOKS = ('__type', 'raw', 'time.observation', 'output')


def name_of(bot):
    """"x.parser_y" is x_y, "x.parser" is x."""
    m = re.match(r'^([\w.]+)\.parser(?:_(\w+))?$', bot)
    return m.group(1).replace('.', '_') + ('_' + m.group(2) if m.group(2) else '') if m else bot


def quoted(s):
    return '"%s"' % s.replace('\\', '\\\\').replace('"', '\\"').replace('\t', '\\t').replace('\n', '\\n')


# --- settings of generic parsers as mappings -------------------------------------------


def converters(field, p):
    """What stands behind the column: the parser's own treatment of the field, and the dates' form, which one sees."""
    out = ''
    zone = p.get('time_format')
    if field.startswith('time.'):
        out += ' | epoch' if zone in ('epoch_millis', 'timestamp') else ''
        if zone == 'windows_nt':
            out += ' | epoch filetime'
        if not zone and re.search(r'\b\d\d-\d\d-\d{4}\b', p.get('sample', '')):
            out += ' | date "%d-%m-%Y"'
        if not zone and re.search(r'>\s*\d\d-\d\d\s*<', p.get('sample', '')):
            out += ' | date "%m-%d"'
        m = re.match(r'from_format\|(.*)', zone or '')
        if m:
            out += ' | date ' + quoted(m.group(1))
    if field.endswith('.url') and p.get('default_url_protocol'):
        out += ' | scheme ' + p['default_url_protocol'].split(':')[0]
    kinds = p.get('data_type') or '{}'
    kinds = json.loads(kinds) if isinstance(kinds, str) else kinds
    if kinds.get(field) == 'json':
        out += ' | json'
    return out


def columns_of(p):
    c = p.get('columns') or []
    return [x.strip() for x in c.split(',')] if isinstance(c, str) else c


def fields_of(p, names):
    """[fields] of a table; a name with | is an alternative, as it is in ours."""
    out, maps = [], ''
    for i, name in enumerate(names, 1):
        if name in ('__IGNORE__', '', None):
            continue
        value = str(i)
        if p.get('ignore_values') and i <= len(p['ignore_values']) and p['ignore_values'][i - 1]:
            value += ' | map ignore%d' % i
            maps += '[map ignore%d]\n%s = ""\n* = *\n' % (i, quoted(p['ignore_values'][i - 1]))
        if p.get('split_column') == name:
            value += ' | part %d %s' % (int(p.get('split_index', 0)) + 1, quoted(p.get('split_separator', ' ')))
        regex = (p.get('column_regex_search') or {}).get(name)
        if regex:
            value += ' | digits' if regex in (r'[0-9]+', r'\d+') else ''
        if name == 'classification.type' and p.get('type_translation'):
            t = p['type_translation']
            value += ' | map types'
            maps += '[map types]\n' + ''.join('%s = %s\n' % (quoted(k), v) for k, v in (json.loads(t) if isinstance(t, str) else t).items())
        target = '|'.join(n if n.startswith('extra.') else n for n in name.split('|'))
        if '%d-%m-%Y' in converters(name, p): # one of several tables, perhaps not this one
            out.append('%s? = %s' % (name, value))
            target += '?'
        out.append('%s? = %s%s' % (target, value, converters(name.split('|')[0], p)) if name.startswith('time.') and '|' not in converters(name, p)
                   else '%s = %s%s' % (target, value, converters(name.split('|')[0], p)))
    return out, maps


def constants_of(p):
    c = dict(p.get('default_fields') or {})
    if p.get('type'):
        c.setdefault('classification.type', p['type'])
    return ''.join('%s = %s\n' % kv for kv in c.items())


def csv_mapping(p):
    skip = p.get('skip_header')
    fields, maps = fields_of(p, columns_of(p))
    for target, template in (p.get('compose_fields') or {}).items():
        text = re.sub(r'\{(\d+)\}', lambda m: '{%d}' % (int(m.group(1)) + 1), template)
        fields.append('%s = text %s' % (target, quoted(text)))
    out = '[feed]\nformat = csv\ndelimiter = %s\ncomment = #\nempty = -\n' % (
        {'\t': '\\t', ' ': '" "'}.get(p.get('delimiter', ','), p.get('delimiter', ',')))
    if skip:
        out += 'skip = %d\n' % (1 if skip is True else int(skip))
    if p.get('filter_text'):
        word = 'drop' if p.get('filter_type', 'blacklist') == 'blacklist' else 'keep'
        out += '[filter]\n%s = @line contains %s\n' % (word, quoted(p['filter_text']))
    return out + maps + '[constants]\n' + constants_of(p) + '[fields]\n' + '\n'.join(fields) + '\n'


def html_mapping(p):
    fields, maps = fields_of(p, columns_of(p))
    out = '[feed]\nformat = html\n'
    if p.get('attribute_name'):
        out += 'table = %s %s\n' % (p['attribute_name'], quoted(p['attribute_value']))
    elif p.get('table_index'):
        out += 'table = %d\n' % (int(p['table_index']) + 1)
    if p.get('skip_head', True):
        out += 'header = yes\n'
    return out + maps + '[constants]\n' + constants_of(p) + '[fields]\n' + '\n'.join(fields) + '\n'


def pairs_mapping(p):
    keys = p.get('keys') or {}
    pair = p.get('pair_separator', ' ')
    out = '[feed]\nformat = pairs\npair = %s\nequals = %s\n' % ('blanks' if pair == ' ' else quoted(pair), quoted(p.get('kv_separator', '=')))
    out += '[constants]\n' + constants_of(p) if constants_of(p) else ''
    return out + '[fields]\n' + ''.join('%s = %s\n' % (f, k) for k, f in keys.items())


def json_mapping(p):
    """json_custom: fields by paths, of a document, of a list in it, or of a line each (our own way of reading JSON)."""
    key = p.get('json_data_key')
    out = '[feed]\nformat = json\n' + ('records = %s\n' % key if p.get('json_data_format') and key else '')
    p = dict(p, default_url_protocol=p.get('default_url_protocol') or 'http://')
    return out + '[constants]\n' + constants_of(p) + '[fields]\n' + ''.join(
        '%s%s = %s%s\n' % (f, '?' if f.startswith('time.') else '', c, converters(f, p)) for f, c in (p.get('translate_fields') or {}).items())


def way(d):
    """The options that a test is read with, and the mapping that goes into the node, or None."""
    bot = d['bot'].replace('intelmq.bots.parsers.', '')
    p = dict(d['parameters'], sample=base64.b64decode(d['input'][0].get('raw', '')).decode('utf-8', 'replace'))
    if bot in WAYS:
        return WAYS[bot](p), None
    if bot == 'generic.parser_csv':
        return None, csv_mapping(p)
    if bot == 'html_table.parser':
        return None, html_mapping(p)
    if bot == 'json_custom.parser':
        return None, json_mapping(p)
    if bot == 'key_value.parser':
        return None, pairs_mapping(p)
    name = name_of(bot)
    if os.path.exists(os.path.join(source, 'data', 'feeds', name + '.conf')):
        return ('--mapping', name), None
    return 'absent', None


def plain(e):
    """Without what the pipeline adds: feed.* is said at the collector, and the taxonomy follows from the class."""
    return {k: v for k, v in e.items() if k not in BOOKS and not k.startswith('feed.') and k != 'classification.taxonomy'}


def seconds(text):
    try:
        return datetime.datetime.fromisoformat(text).timestamp()
    except ValueError:
        return float('inf')


def kept(field, want, got):
    """The names are those of DIFFERENCES.md."""
    if field in ('source.fqdn', 'source.ip', 'destination.fqdn', 'destination.ip') and want is None:
        return 'the host of the URL'
    if want in ('', [], {}) and got is None or got in ('', [], {}) and want is None:
        return 'an empty value is none'
    if field == 'event' and want and ('nothing says where it is' in want or want == 'source.url: "..." is not a URL'):
        return 'nothing says where'
    if field == 'event' and want and 'is not a host name' in want:
        return 'a name of one label'
    if field.startswith('time.') and want and got and abs(seconds(want) - seconds(got)) < 0.01:
        return 'times without errors of floating point'
    if field == 'time.source' and want and got and want[:14] == got[:14] and want[16:19] == ':00':
        return 'minutes as they stand there'
    if field == 'time.source' and got is None and want:
        return 'a date without its year'
    if field == 'classification.identifier' and want is None:
        return 'a setting of the bot'
    if field.startswith('extra.misp_') and want is None:
        return "MISP's tags are kept"
    if field == 'extra.time_updated' and want and got and want[:19] == got[:19]:
        return 'times without errors of floating point'
    if field == 'tlp' and want == 'WHITE' and got == 'CLEAR':
        return 'TLP 2.0'
    return None


def report_name(d):
    """The name that a file would have come under: the feed's address says which list it is."""
    r = d['input'][0]
    name = r.get('extra.file_name') or (r.get('feed.url') or '').rstrip('/').rsplit('/', 1)[-1].split('?')[0]
    return re.sub(r'[^\w.-]', '_', name) or 'report.txt'


def families():
    f, absent = Family('intelmq-parsers', kept), Family('intelmq-parsers without a mapping', asked=True)
    groups, mappings = collections.defaultdict(list), {}
    n = 0
    for file in sorted(os.listdir(os.path.join(feeds, 'intelmq-parsers'))):
        for d in lines(os.path.join(feeds, 'intelmq-parsers', file)):
            options, text = way(d)
            if options == 'absent':
                absent.missing(d['id'], {'bot': d['bot']}, '')
                continue
            if text:
                n += 1
                mappings['g%d' % n] = text
                options = ('--mapping', 'g%d' % n)
            url = d['input'][0].get('feed.url')
            if url:
                options += ('-o', 'feed.url=' + url)
            if d['input'][0].get('feed.name'):
                options += ('--feed', d['input'][0]['feed.name'])
            groups[options].append(d)
    for options, cases in groups.items():
        inputs = [(report_name(d), base64.b64decode(d['input'][0].get('raw', ''))) for d in cases]
        for d, r in zip(cases, ingest(inputs, *options, mappings=mappings, reasons=True)):
            want = [plain(x['event']) for x in d['expected']]
            f.match(d['id'], want, [plain(e) for e in r.events], r.reason, whole=len(want) == d['outputs'])
    return [f] + ([absent] if absent.events else [])
