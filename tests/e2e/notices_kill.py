"""
kill -9 in the middle of sending, many times, at chosen moments of the dialogue
and at random ones; then count what arrived.

	notices_kill.py ENTENTE NODE KILLS smtp|outbox

The node has its drafts. For SMTP: nothing arrives twice, whatever was said to
be sent did arrive, a kill leaves at most one in doubt, and none is lost. For the
outbox, whose messages a reader takes away at once: each arrives exactly once.

How many messages go between two kills hangs on the machine. So the mail server
takes its time for each answer, moments are counted from the connection (or from
the first file), and where the drafts come to their end, what arrived is counted
and the same drafts are laid out anew, until all kills were tried.
"""
import collections
import glob
import json
import os
import random
import re
import shutil
import subprocess
import sys
import threading
import time

from smtp_server import Server

entente, node, kills, way = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
seed = int(os.environ.get('TEST_SEED', time.time_ns() % 2**32))
rand = random.Random(seed)
MOMENTS = ['connected', 'mail', 'rcpt', 'data', 'dot', 'taken', 'told'] if way == 'smtp' else ['staged', 'taken']
ANY = 'any moment'
NTH_MAX = 4 if way == 'smtp' else 12  # a chosen moment is one of the first so many
ANY_S = 0.04  # one at any moment comes within
ANY_MAX = 8  # and lets so many messages through at the most
LEFT_MIN = 16  # with fewer drafts a run might end before its kill
PACE_S = 0.001
log = os.path.join(node, 'arrived.log')
drafts = os.path.join(node, 'drafts')


class Killer:
    """Kills the sender when the dialogue comes to a moment for the n-th time."""
    process, at, nth, taken, timer = None, None, 0, 0, None

    def __init__(self):
        self.dead = threading.Event()

    def aim(self, at):
        self.at, self.taken, self.timer = at, 0, None
        self.nth = 1 if at == 'connected' else rand.randint(1, NTH_MAX)
        self.delay_s = rand.random() * ANY_S
        self.dead.clear()

    def kill(self, process):
        process.kill()
        self.dead.set()

    def moment(self, name):
        process = self.process
        if process is None:
            return
        if self.at == ANY:
            self.any_moment(process, name)
        elif name == self.at:
            self.nth -= 1
            if self.nth <= 0:
                self.process = None
                self.kill(process)
                time.sleep(0.002)

    def any_moment(self, process, name):
        if self.timer is None:
            self.timer = threading.Timer(self.delay_s, self.kill, (process,))
            self.timer.start()
        self.taken += name == 'taken'
        if way == 'smtp' and self.taken >= ANY_MAX:
            self.dead.wait()  # the clock of a busy machine is late


class Reader(threading.Thread):
    """What reads the Maildir: a message is gone as soon as it was there."""

    def __init__(self):
        super().__init__()
        self.tmp, self.new = os.path.join(node, 'outbox', 'tmp'), os.path.join(node, 'outbox', 'new')
        os.makedirs(self.tmp, exist_ok=True)
        os.makedirs(self.new, exist_ok=True)
        self.taken, self.stop = [], threading.Event()

    def run(self):
        while True:
            last = self.stop.is_set()
            if os.listdir(self.tmp):
                killer.moment('staged')
            for name in os.listdir(self.new):
                os.unlink(os.path.join(self.new, name))
                self.taken.append(name[:-len('.eml')])
                killer.moment('taken')
            if last:
                return


class Lot:
    """The drafts from the first to the last: how often killed, what arrived."""

    def __init__(self):
        self.killed = 0
        for path in glob.glob(os.path.join(node, 'store.db*')):
            os.unlink(path)
        for path in glob.glob(os.path.join(drafts, '*')):
            shutil.copy(path, node)
        open(log, 'w').close()
        self.reader = Reader() if way == 'outbox' else None
        if self.reader:
            self.reader.start()

    def arrived(self):
        if self.reader:
            return list(self.reader.taken)
        server.join()
        with open(log, encoding='utf-8') as f:
            return [re.search(r'Message-ID: <([^@]*)@', json.loads(line)['message']).group(1) for line in f]

    def left(self):
        return total - len(self.arrived()) - self.killed

    def run(self, at):
        """One sending; was it killed?"""
        killer.aim(at)
        killer.process = process = send()
        status = process.wait()
        killer.process = None
        if killer.timer:
            killer.timer.join()
        killer.dead.set()
        assert status in (-9, 0, 1), 'exit status %d (seed %d)' % (status, seed)
        self.killed += status == -9
        return status == -9

    def end(self):
        """Whatever is left goes out undisturbed; "uncertain" is for a person, and stays."""
        server.pace_s = 0
        assert send().wait() in (0, 1)
        server.pace_s = PACE_S
        after = notices()
        if self.reader:
            self.reader.stop.set()
            self.reader.join()
        states = collections.Counter(after.values())
        arrived = collections.Counter(self.arrived())
        print('%d killed; in the end: %s; arrived: %d' % (self.killed, dict(states), len(arrived)), flush=True)
        twice = [k for k, n in arrived.items() if n > 1]
        lost = [k for k, s in after.items() if s == 'sent' and k not in arrived]
        assert not twice, 'arrived twice: %s (seed %d)' % (twice, seed)
        assert not lost, 'said to be sent, did not arrive: %s (seed %d)' % (lost, seed)
        assert states['sent'] + states['uncertain'] == total == len(after), 'some are lost: %s (seed %d)' % (states, seed)
        assert states['uncertain'] <= (self.killed if way == 'smtp' else 0), 'more than one in doubt a kill: %s (seed %d)' % (states, seed)
        assert set(arrived) <= set(after)


def send():
    return subprocess.Popen([entente, 'notices', '--send', '--node', node, '-q'],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def notices():
    out = subprocess.run([entente, 'notices', '--node', node, '--limit', '0', '--json'], check=True, capture_output=True)
    return {n['id']: n['state'] for n in json.loads(out.stdout)}


def configure(port):
    path = os.path.join(node, 'entente.conf')
    with open(path, encoding='utf-8') as f:
        text = f.read()
    text = re.sub(r'(?m)^way = .*', 'way = ' + way, text)
    text = re.sub(r'(?m)^tls = .*', 'tls = off', text)
    text = re.sub(r'(\[smtp\](?s:.)*?\n)url = .*', r'\1url = smtp://127.0.0.1:%d' % port, text)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


def plan():
    """A fifth at any moment, the others at each moment as often, in no order."""
    some = [ANY] * -(-kills // 5)
    some += [MOMENTS[i % len(MOMENTS)] for i in range(kills - len(some))]
    rand.shuffle(some)
    return some


killer = Killer()
server = Server(log, moment=killer.moment, pace_s=PACE_S).start()
configure(server.port)
os.makedirs(drafts, exist_ok=True)
for found in glob.glob(os.path.join(node, 'store.db*')):
    shutil.copy(found, drafts)
total = len(notices())
assert total >= 4 * LEFT_MIN
tried, killed = collections.Counter(), collections.Counter()
lot = Lot()
try:
    for chosen in plan():
        if lot.left() < LEFT_MIN:
            lot.end()
            lot = Lot()
        tried[chosen] += 1
        killed[chosen] += lot.run(chosen)
    lot.end()
finally:
    if lot.reader:
        lot.reader.stop.set()
print('killed at: %s; of: %s' % (dict(killed), dict(tried)))
# All were to be killed; on a machine with better things to do a run may be over before it was looked at.
few = [at for at, n in tried.items() if killed[at] < n / 2]
assert not few and sum(killed.values()) > kills * 2 / 3, 'too few kills at %s to say anything (seed %d)' % (few, seed)
