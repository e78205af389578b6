"""One side of the dataset comparison, in a process of its own: ``python dataset_peer.py SIDE FILE`` prints JSON.

Also run by the Python of the peer's own environment, so nothing but the standard library is imported at the top.
Seconds are CPU time of the check alone. ``peak_mib`` is the process's largest resident size, from VmHWM: the maximum
that getrusage gives begins with the parent's.
"""

import json
import os
import sys
import time
from pathlib import Path


def ours(path):
    """Our full check, as the worker runs it, but for the bound on rows: beyond it rows are only counted."""
    from dataclasses import replace

    from customization.datasets import check, family_of, limits_of

    base = os.environ["BASE_MODEL"]
    limits = replace(limits_of(base), max_rows=None)

    def chunks():
        with Path(path).open("rb", buffering=0) as file:
            while chunk := file.read(1 << 16):
                yield chunk

    report = check(chunks(), family_of(base), limits=limits)
    return {"rows": report.rows, "tokens": report.tokens, "errors": report.error_totals}


def typed(path):
    """msgspec decoding every line into typed rows, and nothing else: the floor."""
    import msgspec

    class Text(msgspec.Struct):
        text: str

    class Message(msgspec.Struct):
        role: str
        content: list[Text]

    class Row(msgspec.Struct):
        messages: list[Message]
        system: list[Text] = []
        schemaVersion: str = ""  # noqa: N815

    decode, rows = msgspec.json.Decoder(Row).decode, 0
    with Path(path).open("rb") as file:
        for line in file:
            decode(line)
            rows += 1
    return {"rows": rows}


def together(path):
    """The peer's dataset checker."""
    os.environ["TOGETHER_NO_BANNER"] = "1"
    try:
        from together.utils.files import check_file
    except ImportError:
        from together.lib.utils.files import check_file

    report = check_file(Path(path))
    return {"rows": report.get("num_samples"), "passed": report["is_check_passed"]}


def main(side, path):
    call = {"ours": ours, "typed": typed, "together": together}[side]
    if side == "ours":
        import customization.datasets  # noqa: F401 - importing is not what is measured
    start = time.process_time()
    found = call(path)
    seconds = time.process_time() - start
    status = Path("/proc/self/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
    print(json.dumps({"seconds": seconds, "peak_mib": peak, **found}))


if __name__ == "__main__":
    main(*sys.argv[1:])
