#!/usr/bin/env python3
"""SHA-256 of the frames of the real files, as h5py and tifffile read them.

    formats_reference.py FOLDER             (that holds hdf5-layouts and sem-tiff)
    formats_reference.py FOLDER EXPECTED    and compares with the lines of this file

Prints, a line a field, FILE FIELD SHA256: of the field's frames [frame][y][x], little-endian, in the
type that Ostracon reads them as (uint8, uint16, else float32). Exit status 77 (skipped) without the
modules or the files. The lines are in formats_reference.txt, with which formats_test compares what
Ostracon reads. Files of a compression that needs Python's imagecodecs are left out without it.
"""
import hashlib
import os
import sys

try:
    import h5py
    import numpy
    import tifffile
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)


LINES = []


def tell(name, field, frames):
    if frames.dtype not in (numpy.uint8, numpy.uint16):
        exact = frames.astype("<f4")
        assert (exact == frames).all(), name
        frames = exact
    frames = numpy.ascontiguousarray(frames.astype(frames.dtype.newbyteorder("<")))
    LINES.append(f"{name} {field} {hashlib.sha256(frames.tobytes()).hexdigest()}")


def main():
    folder = sys.argv[1]
    layouts = os.path.join(folder, "hdf5-layouts")
    pictures = os.path.join(folder, "sem-tiff")
    if not os.path.isdir(layouts) or not os.path.isdir(pictures):
        print("skipped: no files at", folder)
        sys.exit(77)

    name = "delmic_sparc_intensity_drift_T4.h5"
    with h5py.File(os.path.join(layouts, name)) as file:
        for number in range(4):
            image = file[f"Acquisition{number}/ImageData/Image"][...]  # C, T, Z, Y, X
            assert image.shape[0] == image.shape[2] == 1
            tell(name, number, image[0, :, 0])

    name = "ncem_emd_v0.2_example_image.emd"
    with h5py.File(os.path.join(layouts, name)) as file:
        tell(name, 0, file["signals/__unnamed__/data"][...][numpy.newaxis])

    name = "nexus_simple_signal.nxs"
    with h5py.File(os.path.join(layouts, name)) as file:
        for field, frames in enumerate(file["entry1/rocks/data"][...]):
            tell(name, field, frames)

    name = "velox_tem_stack_3x3x2.emd"
    with h5py.File(os.path.join(layouts, name)) as file:
        (image,) = file["Data/Image"].values()
        tell(name, 0, numpy.moveaxis(image["Data"][...], -1, 0))

    for name in sorted(os.listdir(pictures)):
        if name.endswith(".tif"):
            try:
                frames = tifffile.imread(os.path.join(pictures, name))
            except ValueError as unpacked:  # LZW
                print("#", name, unpacked)
                continue
            tell(name, 0, frames[numpy.newaxis])


main()
if len(sys.argv) < 3:
    print("\n".join(LINES))
else:
    with open(sys.argv[2]) as expected:
        known = set(expected.read().splitlines())
    wrong = [line for line in LINES if line not in known]
    print(len(LINES), "fields compared,", len(wrong), "differ")
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)
