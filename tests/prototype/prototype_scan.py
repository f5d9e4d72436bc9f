#!/usr/bin/env python3
"""Images the pages of a master with the numpy renderer of the design's reader prototype.

    prototype_scan.py MASTER.h5 SCAN.h5 [--dose N_e] [--damage SHARE] [--sigma MODULES]
                      [--noise poisson|gamma] [--correlation R] [--detector ELECTRONS]

Run in a folder that holds e2elib.py, lib.py, pilot.py, drift.py and the compiled k.so. That
renderer shares no code with the simulator: other pulse table, other distortion model, blank land
around the page. Its pages are square. Noise is drawn here: counts that are Poisson, or Gamma of
shape = counts (the same variance, a longer tail), plus the detector's; neighbours along a row may
be correlated.
"""
import argparse

import h5py
import numpy as np
import scipy.signal

import e2elib


class SceneRandom:
    """The generator that the renderer asks: hands it the page where it draws its random bits, and
    keeps the expected counts where it draws its noise, which it then does without."""

    def __init__(self, seed, bits):
        self.generator = np.random.default_rng(seed)
        self.bits = bits
        self.expected = []

    def integers(self, low, high=None, size=None):
        if size == self.bits.shape:
            return self.bits
        return self.generator.integers(low, high, size)

    def poisson(self, mean):
        self.expected.append(mean.astype(np.float32))
        return np.zeros_like(mean)

    def __getattr__(self, name):
        return getattr(self.generator, name)


def pages_of(master_path):
    """Bits of every page of a master."""
    with h5py.File(master_path) as master:
        packed = master["pages"][:]
    side = packed.shape[1]
    return [np.unpackbits(page, axis=1)[:, :side].astype(np.int64) for page in packed]


def expected_frames(bits, seed, damage=0.0, **scene):
    """Frames of one page without noise, in counts of a dose of 1 electron a module."""
    random = SceneRandom(seed, bits)
    made = e2elib.make(random, M=bits.shape[0], N=1.0, dmg=damage, P=0, sdet=0.0, **scene)
    assert np.array_equal(made["bits"], bits)
    return np.stack(random.expected)


def add_noise(expected, dose, generator, noise="poisson", correlation=0.0, detector=0.2):
    """Counts of `dose` electrons a module, float32. Along a row the noise is an AR(1) process."""
    mean = expected * dose
    if noise == "gamma":
        counts = generator.standard_gamma(np.maximum(mean, 1e-6))
    else:
        counts = generator.poisson(mean)
    error = counts - mean + generator.normal(0, detector, mean.shape)
    if correlation:
        fresh = np.sqrt(1 - correlation**2)
        error = scipy.signal.lfilter([fresh], [1, -correlation], error, axis=-1)
    return (mean + error).astype(np.float32)


def write_scan(path, fields):
    """A scan file of fields [field][frame][y][x]."""
    with h5py.File(path, "w") as scan:
        entry = scan.create_group("entry")
        entry.attrs["NX_class"] = "NXentry"
        entry.attrs["default"] = "scan0"
        group = entry.create_group("scan0")
        group.attrs["NX_class"] = "NXdata"
        group.attrs["signal"] = "frames"
        frames = group.create_dataset(
            "frames", (len(fields), *fields[0].shape), np.float32)
        for number, field in enumerate(fields):
            frames[number] = field
        scan.attrs["default"] = "entry"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("master")
    parser.add_argument("scan")
    parser.add_argument("--dose", type=float, default=150)
    parser.add_argument("--damage", type=float, default=0.02)
    parser.add_argument("--sigma", type=float, default=0.3)
    parser.add_argument("--noise", choices=["poisson", "gamma"], default="poisson")
    parser.add_argument("--correlation", type=float, default=0.0)
    parser.add_argument("--detector", type=float, default=0.2)
    options = parser.parse_args()
    fields = []
    for number, bits in enumerate(pages_of(options.master)):
        expected = expected_frames(bits, 100 + number, options.damage, s=options.sigma)
        fields.append(add_noise(expected, options.dose, np.random.default_rng(500 + number),
                                options.noise, options.correlation, options.detector))
    write_scan(options.scan, fields)


if __name__ == "__main__":
    main()
