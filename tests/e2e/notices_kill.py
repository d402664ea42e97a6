"""
kill -9 in the middle of sending, many times, at chosen moments of the dialogue
and at random ones; then count what arrived.

	notices_kill.py ENTENTE NODE KILLS smtp|outbox

The node has its drafts. For SMTP: nothing arrives twice, whatever was said to
be sent did arrive, a kill leaves at most one in doubt, and none is lost. For the
outbox, whose messages a reader takes away at once: each arrives exactly once.
"""
import collections
import json
import os
import random
import re
import subprocess
import sys
import threading
import time

from smtp_server import Server

entente, node, kills, way = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
seed = int(os.environ.get('TEST_SEED', time.time_ns() % 2**32))
rand = random.Random(seed)
MOMENTS = ['connected', 'mail', 'rcpt', 'data', 'dot', 'taken', 'told'] if way == 'smtp' else ['staged', 'taken']
log = os.path.join(node, 'arrived.log')
open(log, 'w').close()


class Killer:
    """Kills the sender when the dialogue comes to a moment for the n-th time."""
    process, at, left = None, None, 0

    def moment(self, name):
        if self.process is None or name != self.at:
            return
        self.left -= 1
        if self.left <= 0:
            self.process.kill()
            self.process = None
            time.sleep(0.002)


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


def take_away(stop, taken):
    """What reads the Maildir: a message is gone as soon as it was there."""
    tmp, new = os.path.join(node, 'outbox', 'tmp'), os.path.join(node, 'outbox', 'new')
    os.makedirs(tmp, exist_ok=True)
    os.makedirs(new, exist_ok=True)
    while True:
        last = stop.is_set()
        if os.listdir(tmp):
            killer.moment('staged')
        for name in os.listdir(new):
            os.unlink(os.path.join(new, name))
            taken.append(name[:-len('.eml')])
            killer.moment('taken')
        if last:
            return


killer = Killer()
server = Server(log, moment=killer.moment).start()
configure(server.port)
total = len(notices())
taken, stop = [], threading.Event()
if way == 'outbox':
    reader = threading.Thread(target=take_away, args=(stop, taken))
    reader.start()
killed, moments = 0, collections.Counter()
for i in range(kills):
    killer.at = rand.choice(MOMENTS)
    killer.left = 1 if killer.at == 'connected' else rand.randint(1, 4 if way == 'smtp' else 12)
    process = send()
    if rand.random() < 0.8:
        killer.process = process
    else:
        killer.at = 'any moment'
        threading.Timer(rand.random() * 0.3, process.kill).start()
    if process.wait() == -9:
        killed += 1
        moments[killer.at] += 1
    killer.process = None
states = collections.Counter(notices().values())
print('%d of %d runs killed; then: %s' % (killed, kills, dict(states)))
print('moments: %s' % dict(moments))
# Whatever is left goes out undisturbed; "uncertain" is for a person, and stays.
assert send().wait() in (0, 1)
after = notices()
stop.set()
states = collections.Counter(after.values())
if way == 'outbox':
    reader.join()
    arrived = collections.Counter(taken)
else:
    with open(log, encoding='utf-8') as f:
        arrived = collections.Counter(re.search(r'Message-ID: <([^@]*)@', json.loads(line)['message']).group(1) for line in f)
print('in the end: %s; arrived: %d' % (dict(states), len(arrived)))
twice = [k for k, n in arrived.items() if n > 1]
lost = [k for k, s in after.items() if s == 'sent' and k not in arrived]
assert killed > kills / 3, 'too few kills to say anything (seed %d)' % seed
assert not twice, 'arrived twice: %s (seed %d)' % (twice, seed)
assert not lost, 'said to be sent, did not arrive: %s (seed %d)' % (lost, seed)
assert states['sent'] + states['uncertain'] == total == len(after), 'some are lost: %s (seed %d)' % (states, seed)
assert states['uncertain'] <= (killed if way == 'smtp' else 0), 'more than one in doubt a kill: %s (seed %d)' % (states, seed)
assert set(arrived) <= set(after)
