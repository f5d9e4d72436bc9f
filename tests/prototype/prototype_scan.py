#!/usr/bin/env python3
"""Images the pages of a master with the numpy renderer of the design's reader prototype.

    prototype_scan.py MASTER.h5 SCAN.h5 [--dose N_e] [--damage SHARE]

Run in a folder that holds e2elib.py, lib.py, pilot.py, drift.py and the compiled k.so. That
renderer shares no code with the simulator: other pulse table, other distortion model, blank land
around the page. Its pages are square.
"""
import argparse

import h5py
import numpy as np

import e2elib


class PageBits:
    """A generator that hands out the page where the renderer draws its random bits."""

    def __init__(self, seed, bits):
        self.generator = np.random.default_rng(seed)
        self.bits = bits

    def integers(self, low, high=None, size=None):
        if size == self.bits.shape:
            return self.bits
        return self.generator.integers(low, high, size)

    def __getattr__(self, name):
        return getattr(self.generator, name)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("master")
    parser.add_argument("scan")
    parser.add_argument("--dose", type=float, default=150)
    parser.add_argument("--damage", type=float, default=0.02)
    options = parser.parse_args()
    with h5py.File(options.master) as master:
        packed = master["pages"][:]
    side = packed.shape[1]
    fields = []
    for number, page in enumerate(packed):
        bits = np.unpackbits(page, axis=1)[:, :side].astype(np.int64)
        scene = e2elib.make(PageBits(100 + number, bits), M=side, s=0.3, N=options.dose,
                            dmg=options.damage, P=0)
        assert np.array_equal(scene["bits"], bits)
        fields.append(np.stack(scene["Y"]).astype(np.float32))
    with h5py.File(options.scan, "w") as scan:
        entry = scan.create_group("entry")
        entry.attrs["NX_class"] = "NXentry"
        entry.attrs["default"] = "scan0"
        group = entry.create_group("scan0")
        group.attrs["NX_class"] = "NXdata"
        group.attrs["signal"] = "frames"
        group.create_dataset("frames", data=np.stack(fields))
        scan.attrs["default"] = "entry"


if __name__ == "__main__":
    main()
