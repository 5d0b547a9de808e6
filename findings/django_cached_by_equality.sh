#!/usr/bin/env bash
# Django 5.2.19, `django.dispatch.Signal(use_caching=True)` (as `post_save` and its kin are made; the same in 6.1.3).
#
# A receiver connected to one sender also receives from another, equal sender; or it does not receive from its own, if an equal one
# sent before. Without caching neither happens. `connect` distinguishes senders by `id`, but the cache does so by `==` and `hash`: it is
# a `WeakKeyDictionary`. Model classes equal only themselves; instances of a model, and most value objects, may equal others.
#
# Installs Django in a temporary folder, runs no code of this project, and fails if Django behaves otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check django==5.2.19
"$folder/bin/python" - <<'PYTHON' | tee "$folder/output"
import django
from django.dispatch import Signal

class Point:
    def __init__(self, x):
        self.x = x
    def __eq__(self, other):
        return self.x == other.x
    def __hash__(self):
        return hash(self.x)

print("Django", django.__version__)
for caching in (False, True):
    mine, equal = Point(1), Point(1)
    def heard(sender, **_):
        return "mine" if sender is mine else "not mine"
    def answers(signal, sender):
        return [answer for _, answer in signal.send(sender)]

    signal = Signal(use_caching=caching)
    signal.connect(heard, sender=mine)
    print(f"use_caching={caching}: mine sends: {answers(signal, mine)}, then an equal one: {answers(signal, equal)}")
    signal = Signal(use_caching=caching)
    signal.connect(heard, sender=mine)
    print(f"use_caching={caching}: an equal one sends: {answers(signal, equal)}, then mine: {answers(signal, mine)}")
PYTHON
diff "$folder/output" - <<'EXPECTED'
Django 5.2.19
use_caching=False: mine sends: ['mine'], then an equal one: []
use_caching=False: an equal one sends: [], then mine: ['mine']
use_caching=True: mine sends: ['mine'], then an equal one: ['not mine']
use_caching=True: an equal one sends: [], then mine: []
EXPECTED
echo "as found"
