#!/usr/bin/env python3
"""Compares the operating dose on the numpy renderer's images with that on the simulator's.

    operating_dose.py OSTRACON [--side 448] [--pages 5] [--sigma 0.3] [--rate 0.8]
                      [--noise poisson|gamma] [--correlation R] [--bar DB] [--threads N]

Run by operating_dose.sh in a folder with the renderer. The same pages with the same parameters
(profile typical without damage, no neighbours, no stage error, float32) are imaged by both, from a
low dose upwards in steps of 0.1 dB, and read. Told are, of either, the least dose at which at most
3 of 3040 codewords fail (in proportion, rounded down; every dose above it that was tried passes),
and the dose at which a tenth fails, interpolated. The simulator's noise is Poisson, with the same
correlation. Ends with status 1 if the operating doses differ by more than --bar.
"""
import argparse
import json
import math
import os
import pathlib
import subprocess
import sys

import numpy as np

import prototype_scan

STEP_DB = 0.1
PASSES_WANTED = 3  # doses in a row without a loss above what is allowed


def run(*command):
    """Exit status 1 of the reader is a loss, and an answer."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"{command[0]} ended with {done.returncode}: {done.stderr}")


def losses(options, scan, page_count):
    """(lost, all) codewords of all pages of a scan, parity pages included."""
    run(options.ostracon, "verify", scan, "--report", "report.json", "--force", "--threads",
        str(options.threads))
    report = json.loads(pathlib.Path("report.json").read_text())
    per_page = report["plate"]["codewords_per_page"]
    good = sum(page["codewords"].count("C") + page["codewords"].count("c")
               for page in report["pages"])
    return per_page * page_count - good, per_page * page_count


class Renderer:
    def __init__(self, options, pages):
        self.options = options
        self.expected = [prototype_scan.expected_frames(bits, 100 + number, s=options.sigma)
                         for number, bits in enumerate(pages)]

    def image(self, dose):
        options = self.options
        prototype_scan.write_scan("scan.h5", [
            prototype_scan.add_noise(expected, dose, np.random.default_rng(500 + number),
                                     options.noise, options.correlation)
            for number, expected in enumerate(self.expected)])


class Simulator:
    def __init__(self, options):
        self.options = options

    def image(self, dose):
        options = self.options
        run(options.ostracon, "simulate", "master.h5", "-o", "scan.h5", "--force", "--profile",
            "typical", "--damage", "0", "--no-neighbours", "--stage-error", "0", "--bits", "32",
            "--sigma", str(options.sigma), "--noise-correlation", str(options.correlation),
            "--dose", str(dose), "--threads", str(options.threads))


def search(name, options, imager, page_count):
    """(operating dose, dose of a tenth lost) in dB over 1 electron. Far below, in coarse steps."""
    allowed = 3 / 3040  # of the share: with fewer codewords than 1014 none
    shares, passed = {}, []

    def read(step):
        if step not in shares:
            imager.image(10 ** (step * STEP_DB / 10))
            lost, count = losses(options, "scan.h5", page_count)
            os.remove("scan.h5")
            print(f"{name:10s} N_e {10 ** (step * STEP_DB / 10):6.1f}: {lost:4d} of {count} lost",
                  flush=True)
            shares[step] = lost / count
        return shares[step]

    step = math.floor(10 * math.log10(options.start) / STEP_DB)
    while read(step) > 0.9:
        step += 4
        if step * STEP_DB / 10 > 4:
            sys.exit(f"{name}: 10000 electrons a module were not enough")
    step -= 3
    while len(passed) < PASSES_WANTED:
        passed = passed + [step] if read(step) <= allowed else []
        step += 1
    tenth = None
    steps = sorted(shares)
    for low, high in zip(steps, steps[1:]):
        if shares[low] >= 0.1 > shares[high]:
            part = (shares[low] - 0.1) / (shares[low] - shares[high])
            tenth = STEP_DB * (low + part * (high - low))
    return STEP_DB * passed[0], tenth


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ostracon")
    parser.add_argument("--side", type=int, default=448)
    parser.add_argument("--pages", type=int, default=5)
    parser.add_argument("--sigma", type=float, default=0.3)
    parser.add_argument("--rate", default="0.8")
    parser.add_argument("--noise", choices=["poisson", "gamma"], default="poisson")
    parser.add_argument("--correlation", type=float, default=0.0)
    parser.add_argument("--start", type=float, default=90, help="dose to begin with")
    parser.add_argument("--bar", type=float, default=0.3)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    rng = np.random.default_rng(7)
    pathlib.Path("payload").write_bytes(rng.bytes(1000))
    size = f"{options.side}x{options.side}"
    encode = [options.ostracon, "encode", "payload", "-o", "master.h5", "--force", "--page", size,
              "--rate", options.rate, "--parity", "20%"]
    # A payload that cannot be compressed, one page's worth more until there are pages enough.
    pages = []
    while len(pages) < options.pages:
        run(*encode)
        pages = prototype_scan.pages_of("master.h5")
        grown = pathlib.Path("payload").stat().st_size + options.side**2 // 14
        pathlib.Path("payload").write_bytes(rng.bytes(grown))
    ours = search("simulator", options, Simulator(options), len(pages))
    theirs = search("renderer", options, Renderer(options, pages), len(pages))
    for name, (dose, tenth) in (("simulator", ours), ("renderer", theirs)):
        print(f"{name}: operating dose {10 ** (dose / 10):.1f}"
              + (f", a tenth lost at {10 ** (tenth / 10):.1f}" if tenth is not None else ""))
    difference = theirs[0] - ours[0]
    print(f"renderer over simulator: {difference:+.2f} dB at the operating dose"
          + (f", {theirs[1] - ours[1]:+.2f} dB where a tenth is lost"
             if ours[1] is not None and theirs[1] is not None else ""))
    sys.exit(0 if abs(difference) <= options.bar else 1)


if __name__ == "__main__":
    main()
