#!/usr/bin/env bash
# blinker 1.9.0, `Signal.connected_to` and `Signal.disconnect`.
#
# `with signal.connected_to(receiver, sender=b)` is meant to connect a receiver for a while. At its end the receiver is disconnected from
# all senders, including those it was connected to before. And `disconnect(receiver, sender)` does not release a strongly held receiver,
# even if that was its last sender: it is no longer notified, but stays alive, and `has_receivers_for(sender)` says yes while
# `receivers_for(sender)` has none.
#
# Installs blinker in a temporary folder, runs no code of this project, and fails if blinker behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check blinker==1.9.0
"$folder/bin/python" - <<'PYTHON' | tee "$folder/output"
import gc
import importlib.metadata
import weakref
from blinker import Signal

class Sender:
    pass

class Receiver:
    def __call__(self, sender):
        return "told"

def count(signal, sender):
    return len(signal.send(sender))

print("blinker", importlib.metadata.version("blinker"))
signal, receiver, a, b = Signal(), Receiver(), Sender(), Sender()
signal.connect(receiver, sender=a)
before = count(signal, a)
with signal.connected_to(receiver, sender=b):
    within = count(signal, a), count(signal, b)
print(f"connected to a, told {before}; within connected_to b: a {within[0]}, b {within[1]}; after it: a {count(signal, a)}")

signal = Signal()
signal.connect(receiver, sender=a, weak=False)
signal.disconnect(receiver, sender=a)
alive = weakref.ref(receiver)
del receiver
gc.collect()
print(f"disconnected from its only sender: alive {alive() is not None}, has_receivers_for {signal.has_receivers_for(a)},"
      f" receivers_for {list(signal.receivers_for(a))}")
PYTHON
diff "$folder/output" - <<'EXPECTED'
blinker 1.9.0
connected to a, told 1; within connected_to b: a 1, b 1; after it: a 0
disconnected from its only sender: alive True, has_receivers_for True, receivers_for []
EXPECTED
echo "as found"
