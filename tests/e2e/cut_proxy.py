"""cut_proxy.py PORT-FILE MODE-FILE HOST PORT: passes connections on, and does with them
what MODE-FILE says: "pass"; "cut N" ends each once N bytes went through it, "slow" holds
every 16 KiB back for a while, "refuse" takes none."""
import os, select, socket, struct, sys, threading, time

def mode():
    try:
        words = open(sys.argv[2]).read().split()
    except OSError:
        words = []
    return words or ["pass"]

def reset(s):
    # As a network that is gone: no good-bye.
    try:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    s.close()

def serve(a):
    what = mode()
    if what[0] == "refuse":
        return reset(a)
    try:
        b = socket.create_connection((sys.argv[3], int(sys.argv[4])), 10)
    except OSError:
        return reset(a)
    left = int(what[1]) if what[0] == "cut" else 1 << 62
    try:
        while left > 0:
            for s in select.select([a, b], [], [], 120)[0]:
                data = s.recv(min(16384, left))
                if not data:
                    left = 0
                    break
                if what[0] == "slow":
                    time.sleep(0.02)
                (b if s is a else a).sendall(data)
                left -= len(data)
    except OSError:
        pass
    reset(a)
    reset(b)

door = socket.socket()
door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
door.bind(("127.0.0.1", 0))
door.listen(64)
with open(sys.argv[1] + ".new", "w") as f:
    f.write(str(door.getsockname()[1]))
os.rename(sys.argv[1] + ".new", sys.argv[1])
while True:
    threading.Thread(target=serve, args=(door.accept()[0],), daemon=True).start()
