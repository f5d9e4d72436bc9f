#!/usr/bin/env python3
"""Reads the images of `qr_bench --write-images FOLDER` with the newest zxing-cpp of PyPI.

    pip install zxing-cpp
    bench/qr/zxing_cpp.py FOLDER

Prints one JSON line a case, with the members that qr_bench prints for its own peers.
"""

import collections
import importlib.metadata
import json
import pathlib
import re
import sys
import time

HEADER = re.compile(rb"P5\n# case (\S+) payload ([0-9a-f]+)\n(\d+) (\d+)\n255\n")


def load(path):
    """Case, payload and grey image [rows][columns] of a file."""
    data = path.read_bytes()
    header = HEADER.match(data)
    if header is None:
        raise SystemExit(f"{path}: not an image of qr_bench")
    case, payload, columns, rows = header.groups()
    columns, rows = int(columns), int(rows)
    pixels = data[header.end():]
    if len(pixels) != rows * columns:
        raise SystemExit(f"{path}: {len(pixels)} pixels instead of {rows} x {columns}")
    image = memoryview(pixels).cast("B", (rows, columns))
    return case.decode(), bytes.fromhex(payload.decode()), image


def main(folder):
    try:
        import zxingcpp
    except ImportError:
        raise SystemExit("zxing-cpp is not installed: pip install zxing-cpp") from None
    tallies = collections.defaultdict(lambda: {"images": 0, "read": 0, "wrong": 0, "seconds": 0.0})
    for path in sorted(pathlib.Path(folder).glob("*.pgm")):
        case, payload, image = load(path)
        tally = tallies[case]
        start = time.process_time()
        codes = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
        tally["seconds"] += time.process_time() - start
        right = [code.bytes == payload for code in codes]
        tally["images"] += 1
        tally["read"] += any(right)
        tally["wrong"] += right.count(False)
    reader = "zxing-cpp " + importlib.metadata.version("zxing-cpp")
    for case, tally in tallies.items():
        milliseconds = round(1e3 * tally.pop("seconds") / tally["images"], 2)
        print(json.dumps({"case": case, "reader": reader, **tally, "ms": milliseconds}))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
