#!/usr/bin/env python3
"""Hostile reports, made on the fly: make.py CASE [full] >FILE; without a case it
lists them. `small` sizes go through ./test, `full` ones through bench/hostile.
CASES: name -> (file name, options of ingest, maker); a maker yields bytes."""
import bz2, io, lzma, random, struct, sys, zipfile, zlib

FULL = False
MIB = 1 << 20
ROW = b'2026-06-17 00:00:00,192.0.2.9,3389\n'
CSV = b'timestamp,ip,port\n' + ROW
MAIL = b'From: a@example.com\nTo: b@example.net\nDate: Wed, 17 Jun 2026 00:00:00 +0000\nSubject: x\nMIME-Version: 1.0\n'
CASES = {}


def case(file, *options):
    return lambda f: CASES.setdefault(f.__name__.replace('_', '-'), (file, options, f))


def of(small, full):
    return full if FULL else small


def fill(n, what=b'x'):
    """n bytes of `what`, piece by piece."""
    piece = what * (MIB // len(what))
    for _ in range(n // len(piece)):
        yield piece
    yield piece[:n % len(piece)]


def many(n, f, together=10000):
    for at in range(0, n, together):
        yield b''.join(f(i) for i in range(at, min(at + together, n)))


# --- one line -------------------------------------------------------------------

LINE = lambda: of(30 * MIB, 10 * 1024 * MIB)


@case('2026-06-17-scan_rdp-line.csv')
def line_csv():
    yield b'timestamp,ip,port\n'
    yield from fill(LINE())
    yield b'\n' + ROW


@case('2026-06-17-scan_rdp-quote.csv')
def line_quote():
    yield b'timestamp,ip,port\n"'
    yield from fill(LINE(), b'""')
    yield b'\n' + ROW


@case('2026-06-17-scan_rdp-quotes.csv')
def quoted_lines():
    yield b'timestamp,ip,port\n"'
    yield from fill(of(2 * MIB, 100 * MIB), b'"",\n')
    yield b'\n' + ROW


@case('line.txt')
def line_of_nothing():
    yield from fill(LINE(), b'\0')


def gzip_of(parts):
    """gzip of what repeats: each distinct piece is packed once."""
    yield b'\x1f\x8b\x08\0\0\0\0\0\0\3'
    crc, n, last, packed = 0, 0, None, b''
    for p in parts:
        if p != last:
            z = zlib.compressobj(9, zlib.DEFLATED, -15)
            last, packed = p, z.compress(p) + z.flush(zlib.Z_FULL_FLUSH)
        crc, n = zlib.crc32(p, crc), n + len(p)
        yield packed
    yield b'\3\0' + struct.pack('<II', crc, n & 0xffffffff)


@case('2026-06-17-scan_rdp-gz.csv.gz')
def line_gzip():
    yield from gzip_of(CASES['line-csv'][2]())


@case('line.eml')
def line_mail():
    yield MAIL + b'\n'
    yield from fill(LINE())


@case('line.mbox')
def line_mbox():
    yield b'From a Wed Jun 17 00:00:00 2026\n' + MAIL + b'\n'
    yield from fill(LINE())
    yield b'\n\nFrom a Wed Jun 17 00:00:00 2026\n' + MAIL + b'\nhttp://spam.example/\n'


@case('line.json')
def line_json():
    yield b'{"classification.type": "scanner", "source.ip": "192.0.2.1", "a": "'
    yield from fill(LINE())
    yield b'"}\n{"classification.type": "scanner", "source.ip": "192.0.2.1", "time.source": "2026-06-17T00:00:00+00:00"}\n'


@case('line.ndjson', '--mapping', 'hostile-json')
def line_generic_json():
    yield b'{"ip": "'
    yield from fill(LINE())
    yield b'"}\n{"ip": "192.0.2.9"}\n'


@case('line.list', '--mapping', 'hostile-list')
def line_list():
    yield from fill(LINE())
    yield b'\n192.0.2.9\n'


@case('line.xml')
def line_xml():
    yield b'<?xml version="1.0"?><feedback><report_metadata><org_name a="'
    yield from fill(LINE())
    yield b'">x</org_name></report_metadata></feedback>'


# --- what unpacks -----------------------------------------------------------------

def zip_of(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', method) as z:
        for name, data in members:
            z.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


@case('bomb.zip')
def zip_1000_to_1():
    yield zip_of([('2026-06-17-scan_rdp-bomb.csv', b'timestamp,ip,port\n' + b'\n' * of(300 * MIB, 1500 * MIB))])


@case('42.zip')
def zip_42():
    """Five storeys of 16, four gigabytes at the bottom (small: 64 MiB)."""
    z = zip_of([('0.dll', b'\0' * of(64 * MIB, 1024 * MIB))])
    for _ in range(5):
        z = zip_of([('lib %x.zip' % i, z) for i in range(16)])
    yield z


@case('deep.zip')
def zip_in_zip_100():
    """A quine looks like this: each holds the next, without an end in sight."""
    z = zip_of([('2026-06-17-scan_rdp-x.csv', CSV)])
    for i in range(100):
        z = zip_of([('%d.zip' % i, z)])
    yield z


@case('overlap.zip')
def zip_overlap():
    """All entries of the directory share one member's bytes."""
    name = b'2026-06-17-scan_rdp-x.csv'
    n = of(2000, 60000)
    text = b'timestamp,ip,port\n' + b'\n' * (20 * MIB)
    z = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = z.compress(text) + z.flush()
    head = struct.pack('<HHHHHIIIHH', 20, 0, 8, 0, 0, zlib.crc32(text), len(packed), len(text), len(name), 0)
    local = b'PK\3\4' + head + name + packed
    entry = b'PK\1\2' + struct.pack('<H', 20) + head + struct.pack('<HHHII', 0, 0, 0, 0, 0) + name
    yield local + entry * n
    yield b'PK\5\6' + struct.pack('<HHHHIIH', 0, 0, n, n, len(entry) * n, len(local), 0)


def tar_head(name, size=0):
    h = bytearray(512)
    h[:len(name)] = name
    h[100:108], h[124:136], h[136:148] = b'0000644\0', b'%011o\0' % size, b'%011o\0' % 0
    h[156:157], h[257:265], h[148:156] = b'0', b'ustar\00000', b' ' * 8
    h[148:156] = b'%06o\0 ' % sum(h)
    return bytes(h)


@case('empty.tar')
def tar_empty_members():
    yield from many(of(20000, 1000000), lambda i: tar_head(b'%d.csv' % i))
    yield b'\0' * 1024


@case('2026-06-17-scan_rdp-many.csv.gz')
def gzip_members():
    head, row = (b''.join(gzip_of([s])) for s in (b'timestamp,ip,port\n', ROW))
    yield head
    yield from many(of(20000, 1000000), lambda i: row)


@case('window.csv.zst')
def zstd_window():
    """A window of 2 GiB asked for, as zstd --long=31 does."""
    yield b'\x28\xb5\x2f\xfd\0' + bytes([21 << 3]) + struct.pack('<I', len(CSV) << 3 | 1)[:3] + CSV


@case('dictionary.csv.xz')
def xz_dictionary():
    """A dictionary of 4 GiB asked for."""
    z = bytearray(lzma.compress(CSV))
    size = (z[12] + 1) * 4
    at = bytes(z[12:12 + size]).index(b'\x21\x01') + 2 + 12
    z[at] = 40
    z[12 + size - 4:12 + size] = struct.pack('<I', zlib.crc32(bytes(z[12:12 + size - 4])))
    yield bytes(z)


@case('zeros.bz2')
def bzip2_zeros():
    yield from many(of(400, 12000), lambda i: block, 1000) if (block := bz2.compress(b'\0' * 899000)) else ()


def zip_raw(names):
    """Entries whose names are what they are; none is made nicer."""
    out, directory = b'', b''
    for name in names:
        head = struct.pack('<HHHHHIIIHH', 20, 0, 0, 0, 0, zlib.crc32(CSV), len(CSV), len(CSV), len(name), 0)
        directory += b'PK\1\2' + struct.pack('<H', 20) + head + struct.pack('<HHHII', 0, 0, 0, 0, len(out)) + name
        out += b'PK\3\4' + head + name + CSV
    return out + directory + b'PK\5\6' + struct.pack('<HHHHIIH', 0, 0, len(names), len(names), len(directory), len(out), 0)


@case('names.zip')
def zip_names():
    s = b'2026-06-17-scan_rdp-x.csv'
    yield zip_raw([b'../../../../../../tmp/' + s, b'/etc/' + s, b'C:\\' + s, b'a\0b/' + s, b'd/' * 32000 + s,
        s, s, b'\xff\xfe/' + s, b'a\nb/' + s, b'\xe2\x80\xae/' + s, b'', b'x' * 65000 + b'/' + s])


# --- mail --------------------------------------------------------------------------

@case('nested.eml')
def mime_nested_10000():
    yield MAIL
    yield from many(10000, lambda i: b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (i, i))
    yield b'Content-Type: text/plain\n\nx\n'


@case('parts.eml')
def mime_empty_parts():
    yield MAIL + b'Content-Type: multipart/mixed; boundary=b\n\n'
    yield from many(of(100000, 1000000), lambda i: b'--b\n\n')


@case('headers.eml')
def mail_headers():
    yield MAIL
    yield from many(of(100000, 1000000), lambda i: b'X-%d: y\n' % i)
    yield b'\nx\n'


@case('header.eml')
def mail_header_long():
    yield MAIL + b'X-Long: '
    yield from fill(of(20 * MIB, 100 * MIB))
    yield b'\n\nx\n'


@case('folded.eml')
def mail_header_folded():
    yield MAIL + b'X-Long: x\n'
    yield from fill(of(10 * MIB, 50 * MIB), b' y\n ')
    yield b'z\n\nx\n'


@case('boundaries.eml')
def mime_boundaries():
    long = b'b' * 60000
    yield MAIL + b'Content-Type: multipart/mixed; boundary=""\n\n--\n\n--\nContent-Type: multipart/mixed; boundary=" "\n\n-- \n\n'
    yield b'Content-Type: multipart/mixed; boundary=' + long + b'\n\n'
    yield from many(of(2000, 20000), lambda i: b'--' + b'b' * (i % 64) + b'\n')
    yield b'--' + long + b'--\n----\n--'


@case('base64.eml')
def mime_base64_garbage():
    r = random.Random(1)
    yield MAIL + b'Content-Type: application/zip\nContent-Transfer-Encoding: base64\n\n'
    for _ in range(of(10, 50)):
        yield r.randbytes(MIB)


@case('charset.eml')
def mime_charset():
    yield MAIL + b'Subject: =?x-none?q?=ff?= =?utf-99?b?////?=\nContent-Type: text/plain; charset="x-\xff"\n\n'
    yield from fill(MIB, b'\xff\xfe\x80 http://spam.example/a\n')


@case('rfc822.eml')
def mail_in_mail_1000():
    yield (MAIL + b'Content-Type: message/rfc822\n\n') * 1000 + MAIL + b'\nx\n'


@case('received.eml', '--mail', 'spam')
def mail_received():
    yield from many(of(20000, 100000), lambda i: b'Received: from a%d.example (a%d.example [192.0.2.%d]) by b%d.example; Wed, 17 Jun 2026 00:00:00 +0000\n' % (i, i, i % 250 + 1, i))
    yield MAIL + b'\nhttp://spam.example/\n'


# --- JSON, XML, CSV -------------------------------------------------------------------

@case('deep.json')
def json_deep():
    yield from fill(of(200000, 1000000), b'[')


@case('deepkeys.json')
def json_deep_objects():
    yield b'{"classification.type": "scanner", "x": '
    yield from many(of(50000, 1000000), lambda i: b'{"a":')


@case('keys.json')
def json_keys():
    yield b'{"classification.type": "scanner"'
    yield from many(of(300000, 10000000), lambda i: b',"k%d":1' % i)
    yield b'}\n'


@case('keys64.json')
def json_keys_64_mib():
    yield b'[{"classification.type": "scanner"'
    yield from many(of(300000, 5000000), lambda i: b',"k%d":1' % i)
    yield b'}]\n'


@case('numbers.json')
def json_numbers():
    yield b'[{"classification.type": "scanner"}'
    yield from fill(of(4 * MIB, 60 * MIB), b',1')
    yield b']\n'


@case('open.json')
def json_never_closed():
    yield b'{"classification.type": "scanner"}\n'
    yield from many(of(20000, 4000000), lambda i: b'{"a": [1,\n')


@case('laughs.xml')
def xml_laughs():
    yield b'<?xml version="1.0"?><!DOCTYPE feedback [<!ENTITY a0 "ha">'
    for i in range(1, 20):
        yield b'<!ENTITY a%d "%s">' % (i, b'&a%d;' % (i - 1) * 10)
    yield b']><feedback><report_metadata><org_name>&a19;</org_name></report_metadata></feedback>'


@case('external.xml')
def xml_external():
    yield b'<?xml version="1.0"?><!DOCTYPE feedback [<!ENTITY x SYSTEM "file:///etc/passwd">]><feedback><report_metadata><org_name>&x;</org_name></report_metadata></feedback>'


@case('attribute.xml')
def xml_attribute():
    yield b'<?xml version="1.0"?><feedback><report_metadata><org_name a="'
    yield from fill(of(8 * MIB, 60 * MIB))
    yield b'">x</org_name></report_metadata></feedback>'


@case('elements.xml')
def xml_elements():
    yield b'<?xml version="1.0"?><feedback><report_metadata>'
    yield from fill(of(4 * MIB, 60 * MIB), b'<a>x</a>')
    yield b'</report_metadata></feedback>'


@case('2026-06-17-scan_rdp-columns.csv')
def csv_columns():
    yield b'timestamp,ip,port' + b',c' * of(1000000, 1000000) + b'\n' + ROW


@case('2026-06-17-scan_rdp-wide.csv')
def csv_rows_wide():
    yield CSV
    for _ in range(of(10, 200)):
        yield ROW[:-1] + b',' * 1000000 + b'\n' + ROW


@case('2026-06-17-scan_rdp-nul.csv')
def csv_nul():
    yield b'timestamp,ip,port\n'
    for _ in range(1000):
        yield ROW.replace(b',', b'\0,\0') + ROW + b'\0' * 50 + b'\n'


@case('2026-06-17-scan_rdp-utf8.csv')
def csv_invalid_utf8():
    yield b'timestamp,ip,port,hostname\n'
    for i in range(1000):
        yield ROW[:-1] + b',\xc3\x28\xff\xed\xa0\x80\xf8' + bytes([i & 255 or 1, 34]) + b'\n'


@case('2026-06-17-scan_rdp-utf16.csv')
def csv_utf16():
    yield CSV.decode().encode('utf-16')


@case('2026-06-17-scan_rdp-cr.csv')
def csv_cr():
    yield CSV.replace(b'\n', b'\r')


@case('junk.bin')
def junk():
    yield random.Random(2).randbytes(of(MIB, 200 * MIB))


if __name__ == '__main__':
    if len(sys.argv) < 2:
        print('\n'.join(CASES))
        sys.exit()
    FULL = sys.argv[2:3] == ['full']
    try:
        for piece in CASES[sys.argv[1]][2]():
            sys.stdout.buffer.write(piece)
    except BrokenPipeError:
        pass
