"""
families: third-party samples with expected results, read by the program itself and
compared field by field. They are no part of the project; where they are
($ENTENTE_SAMPLES, or ../shared/samples beside the source) each family is run, its
rate printed, and held to its floor in floors.tsv. What is found in the folders
counts, so that more files of a family need no change here. A family is a file
beside this one; what differs and stays so is explained in DIFFERENCES.md.

    run.py [--verbose] [FAMILY...]        FAMILY: a module's name
"""
import importlib
import os
import sys

from common import feeds, source

MODULES = ('shadowserver_csv', 'intelmq_field_types', 'intelmq_parsers', 'intelmq_experts', 'n6_parsers',
           'abuseio_mails', 'intelmq_mails', 'xarf', 'ripe_roles', 'spam')
verbose = '--verbose' in sys.argv
chosen = [a for a in sys.argv[1:] if not a.startswith('-')] or MODULES


def floors():
    out = {}
    with open(os.path.join(source, 'tests', 'families', 'floors.tsv')) as f:
        for line in f:
            if not line.startswith('#') and line.strip():
                name, events, fields = line.rstrip('\n').split('\t')
                out[name] = float(events), float(fields)
    return out


def share(n, of):
    return 100.0 * n / of if of else 100.0


def main():
    if not os.path.isdir(feeds):
        print('skipped: the families of third-party samples are not here')
        print('0 passed, 0 failed')
        return 0
    floor, passed, failed, unexplained = floors(), 0, 0, []
    print('%-36s %7s %7s %7s %7s %7s %8s %7s %6s %6s' % (
        'family', 'events', 'equal', 'rate', 'or why', 'fields', 'equal', 'rate', 'floor', 'floor'))
    for module in chosen:
        for f in importlib.import_module(module).families():
            if not f.asked:
                print('%-36s %7d     not run' % (f.name, f.events))
                for why, n in f.kinds.most_common():
                    print('        %5d  %s' % (n, why))
                continue
            events, fields = share(f.equal, f.events), share(f.fields_equal, f.fields)
            least = floor.get(f.name, (0.0, 0.0))
            low = events < least[0] or fields < least[1]
            passed += not low
            failed += low
            print('%-36s %7d %7d %6.1f%% %6.1f%% %7d %8d %6.1f%% %6.1f %6.1f %s%s' % (
                f.name, f.events, f.equal, events, share(f.equal + f.explained, f.events), f.fields, f.fields_equal,
                fields, *least, f.unit, '  UNDER ITS FLOOR' if low else ''))
            for why, n in f.kinds.most_common() if verbose else []:
                print('        %5d  %s' % (n, why))
            unexplained += [(f.name, n, k, f.examples[k]) for k, n in f.open.most_common()]
            sys.stdout.flush()
    print('"or why": equal, or different in nothing but what DIFFERENCES.md explains')
    for name, n, (field, kind), (case, want, got) in unexplained:
        print('unexplained: %s: %d times %s %s, as in %s: expected %.80r, ours %.80r' % (name, n, field, kind, case, want, got))
    print('families: %d passed, %d failed' % (passed, failed))
    return failed > 0


sys.exit(main())
