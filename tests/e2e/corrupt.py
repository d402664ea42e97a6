#!/usr/bin/env python3
"""See 080-corrupt.sh. For each seed one file of a copy of the node is damaged.
Then nothing crashes, every failure has a sentence with a remedy, a damaged report
is named, and where `doctor --full` finds nothing the node's contents are as they
were; and `replay` after the database was set aside gives them again."""
import glob, os, random, shutil, sqlite3, subprocess, sys

entente, work, demo, seeds, first = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
os.chdir(work)
passed = failed = unseen = 0
seen = {}


def check(what, ok, more=''):
    global passed, failed
    passed += ok
    failed += not ok
    if not ok:
        print('FAILED: %s\n\t%s' % (what, more))


def run(*args):
    p = subprocess.run([entente, args[0], '--node', 'd', *args[1:]], capture_output=True, timeout=600)
    return p.returncode, p.stdout, p.stderr.decode('utf-8', 'replace')


def dump():
    status, out, _ = run('doctor', '--dump')
    return out if status == 0 else None


def fresh(wal):
    shutil.rmtree('d', ignore_errors=True)
    shutil.copytree('w' if wal else 'n', 'd')


# A second node, whose log was not copied back yet: somebody was looking at it.
shutil.copytree('n', 'd')
look = sqlite3.connect('d/store.db')
look.execute('BEGIN')
look.execute('SELECT count(*) FROM report').fetchall()
shutil.copy(glob.glob(demo + '/complaint-xarf.json')[0], 'x.json')
subprocess.run([entente, 'ingest', '--node', 'd', '-q', 'x.json'], check=True)
shutil.copytree('d', 'w')
look.close()
check('there is a log to damage', os.stat('w/store.db-wal').st_size > 0)
want = {}
for wal in (False, True):
    fresh(wal)
    want[wal] = dump()
check('the whole node has contents', all(len(w) > 10000 for w in want.values()))


def damage(r, path):
    b = bytearray(open(path, 'rb').read())
    how = r.choice(['bytes', 'bytes', 'page', 'cut', 'zeros', 'longer'])
    at = r.randrange(len(b))
    if how == 'bytes':
        for _ in range(r.choice([1, 1, 8, 64])):
            b[r.randrange(len(b))] ^= 1 << r.randrange(8)
    elif how == 'page':
        at -= at % 8192
        b[at:at + 8192] = r.randbytes(len(b[at:at + 8192]))
    elif how == 'zeros':
        b[at:at + 4096] = bytes(len(b[at:at + 4096]))
    elif how == 'cut':
        del b[at:]
    else:
        b += r.randbytes(5000)
    with open(path, 'wb') as f:
        f.write(b)
    return how


def one(seed):
    global unseen
    r = random.Random(seed)
    target = r.choice(['store.db', 'store.db', 'store.db-wal', 'archive', 'archive', 'networks.tbl'])
    wal = target == 'store.db-wal' or r.random() < 0.2
    fresh(wal)
    path = r.choice(sorted(glob.glob('d/archive/*/*.zst'))) if target == 'archive' else 'd/' + target
    how = damage(r, path)
    what = 'seed %d, %s, %s' % (seed, path, how)
    status, out, err = run('doctor', '--full')
    seen[target] = seen.get(target, [0, 0])
    seen[target][status != 0] += 1
    # What was lost of the log and is known to be unread is told, and read again.
    told = status != 0 or b"in no list" in out or b', 0 waiting' not in out
    for args in [('query',), ('stats',), ('reports', '--limit', '0'), ('doctor',), ('retry',), ('ingest', demo + '/spam-1.eml')]:
        s, _, e = run(*args)
        check('%s: %s ends with a sentence' % (what, args[0]), s in (0, 1) or s in (65, 66, 74, 75, 77) and 'entente: ' in e,
            'exit %d: %s' % (s, e[-500:]))
        check('%s: no crash of %s' % (what, args[0]), 'Sanitizer' not in e and 'Assertion' not in e, e[-500:])
    check('%s: doctor ends' % what, status in (0, 1, 65, 66, 74), 'exit %d: %s' % (status, err[-500:]))
    if target == 'archive' and status == 1:
        check('%s: the report is named' % what, b'report ' in out and b'.csv' in out, out.decode('utf-8', 'replace'))
    if not told:
        fresh(wal)
        damage_again = random.Random(seed)
        damage_again.choice(['store.db', 'store.db', 'store.db-wal', 'archive', 'archive', 'networks.tbl'])
        if target != 'store.db-wal':
            damage_again.random()
        if target == 'archive':
            damage_again.choice(sorted(glob.glob('d/archive/*/*.zst')))
        damage(damage_again, path)
        if dump() != want[wal]:
            unseen += 1
            print('%s: doctor --full saw nothing, and the contents differ' % what)
    # Set aside, and made again from the archive.
    if target.startswith('store.db'):
        for f in glob.glob('d/store.db*'):
            os.rename(f, f + '.aside')
        shutil.rmtree('d/archive')
        shutil.copytree(('w' if wal else 'n') + '/archive', 'd/archive')
        s, _, e = run('replay', '-q')
        check('%s: replay from the archive alone' % what, s in (0, 1) and dump() == want[wal], 'exit %d: %s' % (s, e[-500:]))


for seed in range(first, first + seeds):
    one(seed)
for target, (good, bad) in sorted(seen.items()):
    print('%s: doctor --full told of %d, %d were without effect or not seen' % (target, bad, good))
# A flipped bit within a value that stays plausible leaves a whole database: pages
# have no checksum. It is counted here, so that it does not become more.
check('contents that changed and were not told', unseen <= seeds // 10, str(unseen))
print('%d passed, %d failed' % (passed, failed))
sys.exit(failed > 0)
