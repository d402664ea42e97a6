"""
terminal.py WIDTH COMMAND...: run it on a terminal of so many columns; what it shows,
without colours. WIDTH "raw": the bytes that a terminal gets, as they are.
"""
import fcntl, os, pty, re, struct, sys, termios

pid, fd = pty.fork()
if pid == 0:
    if sys.argv[1] != 'raw':
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 40, int(sys.argv[1]), 0, 0))
    os.execv(sys.argv[2], sys.argv[2:])
out = b''
while True:
    try:
        data = os.read(fd, 65536)
    except OSError:
        break
    if not data:
        break
    out += data
os.waitpid(pid, 0)
if sys.argv[1] == 'raw':
    sys.stdout.buffer.write(out)
    sys.exit(0)
sys.stdout.write(re.sub(r'\x1b\[[0-9;]*m', '', out.decode()).replace('\r\n', '\n'))
