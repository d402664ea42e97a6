"""
A mail server for tests: loopback only, a free port, one thread a client.

	smtp_server.py PORTFILE LOG [--cert FILE --key FILE] [--mode plain|starttls|smtps]
		[--auth USER:PASSWORD] [--per-connection N]

It writes its port to PORTFILE once it listens. To LOG goes a JSON line for each
message that it takes, written before it says so to the client.
"""
import argparse
import base64
import json
import os
import socket
import ssl
import threading
import time


class Server:
    def __init__(self, log, mode='plain', cert=None, key=None, auth=None, per_connection=0, moment=None, pace_s=0):
        self.log, self.mode, self.auth, self.per_connection = log, mode, auth, per_connection
        self.moment = moment or (lambda name: None)  # called where something could go wrong
        self.pace_s = pace_s  # before each answer: a dialogue lasts, however fast the machine
        self.clients = []
        self.lock = threading.Lock()
        self.tls = None
        if cert:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(cert, key)
        self.socket = socket.create_server(('127.0.0.1', 0))
        self.port = self.socket.getsockname()[1]

    def run(self):
        while True:
            client, _ = self.socket.accept()
            thread = threading.Thread(target=self.serve, args=(client,), daemon=True)
            self.clients = [t for t in self.clients if t.is_alive()] + [thread]
            thread.start()

    def join(self):
        """Until every dialogue has come to its end."""
        for thread in self.clients:
            thread.join()

    def start(self):
        threading.Thread(target=self.run, daemon=True).start()
        return self

    def serve(self, client):
        try:
            client.settimeout(60)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.mode == 'smtps':
                client = self.tls.wrap_socket(client, server_side=True)
            self.talk(client)
        except OSError:
            pass  # the client went away, as it does in half of the tests
        finally:
            client.close()

    def say(self, client, text):
        if self.pace_s:
            time.sleep(self.pace_s)
        client.sendall(text.encode() + b'\r\n')

    def talk(self, client):
        lines = client.makefile('rb')
        secure = self.mode == 'smtps'
        known = self.auth is None
        taken = 0
        self.moment('connected')
        self.say(client, '220 test server')
        sender, to = None, []
        while True:
            line = lines.readline()
            if not line:
                return
            word = line.strip().upper()
            if word.startswith(b'EHLO'):
                words = ['test server']
                if self.mode == 'starttls' and not secure:
                    words.append('STARTTLS')
                if self.auth:
                    words.append('AUTH PLAIN LOGIN')
                for i, w in enumerate(words):
                    self.say(client, '250%s%s' % (' ' if i == len(words) - 1 else '-', w))
            elif word == b'STARTTLS' and self.mode == 'starttls':
                self.say(client, '220 go on')
                client = self.tls.wrap_socket(client, server_side=True)
                lines = client.makefile('rb')
                secure = True
            elif word.startswith(b'AUTH PLAIN'):
                parts = line.split()
                if len(parts) == 2:
                    self.say(client, '334 ')
                    parts.append(lines.readline().strip())
                _, user, password = base64.b64decode(parts[2]).decode().split('\0')
                known = self.auth == user + ':' + password
                self.say(client, '235 welcome' if known else '535 no such user or password')
            elif word.startswith(b'MAIL'):
                self.moment('mail')
                if self.per_connection and taken == self.per_connection:
                    self.say(client, '421 enough for one connection')
                    return
                sender, to = line.strip().decode(), []
                self.say(client, '250 ok' if known else '530 who are you?')
            elif word.startswith(b'RCPT'):
                self.moment('rcpt')
                to.append(line.strip().decode())
                self.say(client, '250 ok')
            elif word == b'DATA':
                self.say(client, '354 go on')
                self.moment('data')
                message = b''
                while True:
                    line = lines.readline()
                    if not line:
                        return
                    if line == b'.\r\n':
                        break
                    message += line[1:] if line.startswith(b'.') else line
                self.moment('dot')
                with self.lock, open(self.log, 'a', encoding='utf-8') as f:
                    f.write(json.dumps({'from': sender, 'to': to, 'tls': secure, 'user': bool(self.auth),
                                        'message': message.decode('latin-1')}) + '\n')
                taken += 1
                self.moment('taken')
                self.say(client, '250 taken')
                self.moment('told')
            elif word == b'QUIT':
                self.say(client, '221 bye')
                return
            elif word in (b'RSET', b'NOOP'):
                self.say(client, '250 ok')
            else:
                self.say(client, '502 what?')


if __name__ == '__main__':
    p = argparse.ArgumentParser()
    p.add_argument('portfile')
    p.add_argument('log')
    p.add_argument('--mode', default='plain')
    p.add_argument('--cert')
    p.add_argument('--key')
    p.add_argument('--auth')
    p.add_argument('--per-connection', type=int, default=0)
    a = p.parse_args()
    server = Server(a.log, a.mode, a.cert, a.key, a.auth, a.per_connection)
    with open(a.portfile + '.tmp', 'w', encoding='ascii') as f:
        f.write(str(server.port))
    os.rename(a.portfile + '.tmp', a.portfile)
    server.run()
