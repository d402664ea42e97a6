"""IntelMQ's mails with attachments: nothing is expected of them but to be read, or set aside with a reason."""
import os

from common import Family, feeds, ingest


def families():
    folder, inputs = os.path.join(feeds, 'intelmq-mails'), []
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        with open(os.path.join(folder, name), 'rb') as f:
            inputs.append((name, f.read()))
    f = Family('intelmq-mails', None, 'mails')
    for (name, _), r in zip(inputs, ingest(inputs)):
        f.check(name, 'told', True, bool(r.events) or r.bad > 0 or bool(r.reason))
    return [f]
