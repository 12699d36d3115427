#!/usr/bin/env python3
"""Makes trace_full.json and trace_full.bin: what model.onnx answers to nyc_taxi.csv, in float64.

Needs Debian's python3-numpy and python3-onnx. No recurrent runtime is used: the weights are read from the
file, widened to float64, and put through the textbook LSTM written out below, one timestep after another from
a zero state. Deterministic: a second run writes the same bytes (the same numpy build given).

    python3 make_trace.py                  writes both files beside this script
    python3 make_trace.py --compare J      also compares with the trace whose index is J (same bundle format)

The bundle: an index (JSON) and a file of raw little-endian, row-major values; each tensor starts at a multiple
of 8 bytes. Tensors, for T = 10,320 steps, L = 2 layers, H = 64 cells:

    x           f32 [T, 5]     the input of each step: demand, sin and cos of the day, sin and cos of the week
    y_f64       f64 [T, 3]     p10, p50, p90 of the demand of the next half hour
    h_last_f64  f64 [L, H]     hidden state after the last step
    c_last_f64  f64 [L, H]     cell state after the last step
"""
import argparse
import csv
import datetime
import json
import pathlib

import numpy as np
import onnx
from onnx import numpy_helper

HERE = pathlib.Path(__file__).resolve().parent


def read_inputs():
    """x [T, 5] in float32, and the first timestamp. Angles are worked out in float64 and rounded once."""
    rows = []
    with open(HERE / "nyc_taxi.csv", newline="") as file:
        for row in csv.DictReader(file):
            time = datetime.datetime.strptime(row["timestamp"], "%Y-%m-%d %H:%M:%S")
            day = (time.hour * 60 + time.minute) / 1440
            week = (time.weekday() + day) / 7  # Monday = 0
            rows.append([float(row["value"]),
                         np.sin(2 * np.pi * day), np.cos(2 * np.pi * day),
                         np.sin(2 * np.pi * week), np.cos(2 * np.pi * week)])
    with open(HERE / "nyc_taxi.csv", newline="") as file:
        first = next(csv.DictReader(file))["timestamp"]
    return np.array(rows).astype(np.float32), first


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


class Layer:
    """One ONNX LSTM node: blocks of W, R and B in the order i o f c, B = [Wb, Rb]."""

    def __init__(self, w, r, b):
        self.hidden = r.shape[-1]
        self.w, self.r = w[0], r[0]
        self.bias = b[0][:4 * self.hidden] + b[0][4 * self.hidden:]
        self.h = np.zeros(self.hidden)
        self.c = np.zeros(self.hidden)

    def step(self, x):
        i, o, f, g = np.split(self.w @ x + self.r @ self.h + self.bias, 4)
        self.c = sigmoid(f) * self.c + sigmoid(i) * np.tanh(g)
        self.h = sigmoid(o) * np.tanh(self.c)
        return self.h


def run(x):
    """y [T, 3], h [L, H], c [L, H], all float64. Knows the shape of this one graph and stops when it differs."""
    graph = onnx.load(HERE / "model.onnx").graph
    weights = {t.name: numpy_helper.to_array(t).astype(np.float64) for t in graph.initializer}
    layers = [Layer(*(weights[name] for name in node.input[1:4])) for node in graph.node if node.op_type == "LSTM"]
    head = [weights[node.input[1]] for node in graph.node if node.op_type == "MatMul"]
    assert len(layers) == 2 and len(head) == 1, "expected two LSTM nodes and one MatMul"

    y = np.empty((len(x), 3))
    for t, row in enumerate(x.astype(np.float64)):
        z = (row - weights["mean"]) / weights["std"]
        out = z
        for layer in layers:
            out = layer.step(out)
        # The head forecasts the change from the demand of now, both normalised.
        y[t] = (out @ head[0] + weights["head.bias"] + z[:1]) * weights["ystd"] + weights["ymean"]
    return y, np.stack([l.h for l in layers]), np.stack([l.c for l in layers])


def write(x, y, h, c, first):
    tensors, blob = [], b""
    for name, role, values in (("x", "input", x), ("y_f64", "output-f64", y),
                               ("h_last_f64", "state-f64", h), ("c_last_f64", "state-f64", c)):
        kind = {"float32": "f32", "float64": "f64"}[str(values.dtype)]
        raw = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<")).tobytes()
        blob += b"\0" * (-len(blob) % 8)
        tensors.append({"name": name, "role": role, "dtype": kind, "shape": list(values.shape),
                        "offset": len(blob), "bytes": len(raw)})
        blob += raw
    index = {"format": "tensor-bundle-1", "model": ["model.onnx"], "first_timestamp": first, "steps": len(x),
             "note": "the whole series from a zero state, batch 1, one row per step; made by make_trace.py",
             "bin": "trace_full.bin"}
    lines = json.dumps(index, indent=2)[:-2]
    lines += ',\n  "tensors": [\n' + ",\n".join("    " + json.dumps(t) for t in tensors) + "\n  ]\n}\n"
    (HERE / "trace_full.json").write_text(lines)
    (HERE / "trace_full.bin").write_bytes(blob)


def read_bundle(path):
    index = json.loads(path.read_text())
    blob = (path.parent / index["bin"]).read_bytes()
    kinds = {"f32": "<f4", "f64": "<f8"}
    return {t["name"]: np.frombuffer(blob, kinds[t["dtype"]], t["bytes"] * 8 // int(t["dtype"][1:]), t["offset"])
            .reshape(t["shape"]) for t in index["tensors"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compare", type=pathlib.Path, metavar="J")
    arguments = parser.parse_args()

    x, first = read_inputs()
    y, h, c = run(x)
    write(x, y, h, c, first)
    print(f"{len(x)} steps written")
    if arguments.compare:
        other = read_bundle(arguments.compare)
        ours = {"x": x, "y_f32": y, "y_f64": y, "h_last_f64": h, "c_last_f64": c}
        for name in ours.keys() & other.keys():
            same = "identical bit for bit" if ours[name].tobytes() == other[name].tobytes() else "not identical"
            print(f"{name}: largest difference {np.abs(ours[name].astype(np.float64) - other[name]).max():.3g}, {same}")


if __name__ == "__main__":
    main()
