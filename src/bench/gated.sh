#!/bin/sh
# gated.sh GATE TICKER LINES MICROSECONDS [LINES MICROSECONDS]...
# Runs ticker for each part; after each it waits until somebody opens the gate, which is a FIFO.
gate=$1 ticker=$2
shift 2
while [ $# -gt 0 ]; do
    "$ticker" "$1" "$2"
    shift 2
    read -r _ <"$gate"
done
