"""Make the engine's machine code once, so that no command and no test waits for it.

`python -m tools.warm`. A stamp in the environment holds the digest of the kernel's sources; nothing is done
while it fits. Making the code judges generated packs by every engine, so a machine on which the fast
engine differed from the plain one would be found here.
"""

from __future__ import annotations

import hashlib
import sys
import time

from tools.bootstrap import ROOT, VENV, say
from zhunsheng.engine.prove import prove_generated

KERNELS = ROOT / "src" / "zhunsheng" / "engine" / "fast"
STAMP = VENV / "machine-code"


def digest() -> str:
    """Of everything the machine code is made from."""
    found = hashlib.sha256(sys.version.encode())
    for path in sorted(KERNELS.glob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()


def main() -> int:
    """0 when the machine code is there and agrees with the plain interpreter."""
    wanted = digest()
    if STAMP.exists() and STAMP.read_text(encoding="ascii") == wanted:
        return 0
    say("编译研判引擎，约一两分钟，只此一次 (compiling the engine once, a minute or two)")
    started = time.monotonic()
    proof = prove_generated(2, seed=1, histories_every=1)
    if proof.mismatches:
        say("快速引擎与参考解释器不一致，请报告 (the fast engine differs from the plain one; please report)")
        return 1
    STAMP.write_text(wanted, encoding="ascii")
    say(f"引擎就绪，用时 {time.monotonic() - started:.0f} 秒 (engine ready)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
