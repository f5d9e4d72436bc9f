#!/bin/sh
# An executable: its mode comes back with it.
echo "read from a plate"
