#!/usr/bin/env python3
"""Puts the graphs together that PyTorch does not export: python3 by_hand.py (needs the packages onnx and numpy)."""
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
random = np.random.default_rng(3)


def weights(name, *shape):
    return numpy_helper.from_array((random.standard_normal(shape) * 0.4).astype(np.float32), name)


def constant(name, value):
    return numpy_helper.from_array(np.array(value), name)


def save(path, nodes, x, y, initializers, opset=13):
    inputs = [helper.make_tensor_value_info("x", *x)]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, y)]
    model = helper.make_model(helper.make_graph(nodes, "graph", inputs, outputs, initializers), opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, os.path.join(HERE, path))


node = helper.make_node
save("streams/one_hot_sum_mean.onnx",
     [node("OneHot", ["x", "depth", "off_on"], ["hot"], axis=-1), node("GRU", ["hot", "W", "R"], ["Y", ""], hidden_size=4), node("Squeeze", ["Y", "1"], ["s"]),
      node("Sum", ["s", "s", "s"], ["sum"]), node("Mean", ["sum", "s"], ["y"])],
     (TensorProto.INT64, ["T", "B"]), ["T", "B", 4],
     [constant("depth", 6), constant("off_on", np.array([0, 1], np.float32)), weights("W", 1, 12, 6), weights("R", 1, 12, 4), constant("1", [1])])
save("whole/reverse_sequence.onnx",
     [node("Shape", ["x"], ["shape"]), node("Gather", ["shape", "first"], ["t"], axis=0), node("Gather", ["shape", "second"], ["b"], axis=0), node("Unsqueeze", ["b", "0"], ["rows"]),
      node("Expand", ["t", "rows"], ["lengths"]), node("ReverseSequence", ["x", "lengths"], ["backward"], time_axis=0, batch_axis=1),
      node("RNN", ["backward", "W", "R"], ["Y", ""], hidden_size=4), node("Squeeze", ["Y", "1"], ["s"]), node("ReverseSequence", ["s", "lengths"], ["y"], time_axis=0, batch_axis=1)],
     (TensorProto.FLOAT, ["T", "B", 3]), ["T", "B", 4],
     [constant("first", 0), constant("second", 1), constant("0", [0]), constant("1", [1]), weights("W", 1, 4, 3), weights("R", 1, 4, 4)])


def branch(name, nodes, result):
    return helper.make_graph(nodes, name, [], [helper.make_tensor_value_info(result, TensorProto.FLOAT, None)])


# The condition is whether the features are one; a branch within the branch takes what the graph around it computed.
inner = node("If", ["yes"], ["deep"], then_branch=branch("inner_then", [node("Tanh", ["s"], ["deep_then"])], "deep_then"), else_branch=branch("inner_else", [node("Relu", ["s"], ["deep_else"])], "deep_else"))
save("streams/if_known_when_loaded.onnx",
     [node("GRU", ["x", "W", "R"], ["Y", ""], hidden_size=4), node("Shape", ["Y"], ["shape"]), node("Gather", ["shape", "second"], ["directions"], axis=0), node("Equal", ["directions", "one"], ["is_one"]),
      node("If", ["is_one"], ["s"], then_branch=branch("then", [node("Squeeze", ["Y", "1"], ["squeezed"])], "squeezed"), else_branch=branch("else", [node("Identity", ["Y"], ["kept"])], "kept")),
      inner, node("Add", ["deep", "s"], ["y"])],
     (TensorProto.FLOAT, ["T", "B", 3]), ["T", "B", 4],
     [constant("second", 1), constant("one", 1), constant("1", [1]), constant("yes", True), weights("W", 1, 12, 3), weights("R", 1, 12, 4)])

# Tokens of two digits, and features that come late: two timesteps by padding and cutting, one by negative padding.
save("streams/integers_and_late_features.onnx",
     [node("Div", ["x", "ten"], ["tens"]), node("Mul", ["tens", "ten"], ["rounded"]), node("Sub", ["x", "rounded"], ["ones"]), node("Concat", ["tens", "ones"], ["digits"], axis=2), node("Cast", ["digits"], ["d"], to=1),
      node("Pad", ["d", "two_before"], ["padded"]), node("Slice", ["padded", "0", "minus_two", "0"], ["late"]), node("Pad", ["d", "one_later", "half"], ["later"]), node("Concat", ["d", "late", "later"], ["all"], axis=2),
      node("GRU", ["all", "W", "R"], ["Y", ""], hidden_size=4), node("Squeeze", ["Y", "1"], ["s"]), node("MatMul", ["s", "vector"], ["y"])],
     (TensorProto.INT64, ["T", "B", 1]), ["T", "B"],
     [constant("ten", 10), constant("two_before", [2, 0, 0, 0, 0, 0]), constant("0", [0]), constant("minus_two", [-2]), constant("one_later", [1, 0, 0, -1, 0, 0]), constant("half", np.float32(0.5)), constant("1", [1]),
      weights("W", 1, 12, 6), weights("R", 1, 12, 4), weights("vector", 4)])
# Exported with one timestep and a zero state inside: ONNX Runtime starts every run from zero.
save("streams/one_timestep_zero_state.onnx",
     [node("LSTM", ["x", "W", "R"], ["Y"], hidden_size=4), node("Squeeze", ["Y", "1"], ["y"])],
     (TensorProto.FLOAT, [1, 1, 3]), [1, 1, 4], [constant("1", [1]), weights("W", 1, 16, 3), weights("R", 1, 16, 4)])
# The last timestep by its number, T - 1, as x[:, x.size(1) - 1] is exported.
save("streams/last_by_length.onnx",
     [node("GRU", ["x", "W", "R"], ["Y", ""], hidden_size=4), node("Squeeze", ["Y", "1"], ["s"]), node("Shape", ["s"], ["shape"]), node("Gather", ["shape", "0"], ["t"], axis=0), node("Sub", ["t", "one"], ["last"]), node("Gather", ["s", "last"], ["y"], axis=0)],
     (TensorProto.FLOAT, ["T", "B", 3]), ["B", 4], [constant("0", 0), constant("one", 1), constant("1", [1]), weights("W", 1, 12, 3), weights("R", 1, 12, 4)])
# Everything in float16, which ONNX Runtime rounds at every operator and the engine does not.
halves = [numpy_helper.from_array(numpy_helper.to_array(w).astype(np.float16), w.name) for w in (weights("W", 1, 16, 3), weights("R", 1, 16, 4))]
nodes = [node("LSTM", ["x", "W", "R"], ["Y"], hidden_size=4), node("Squeeze", ["Y", "1"], ["y"])]
graph = helper.make_graph(nodes, "graph", [helper.make_tensor_value_info("x", TensorProto.FLOAT16, ["T", "B", 3])], [helper.make_tensor_value_info("y", TensorProto.FLOAT16, ["T", "B", 4])], [constant("1", [1]), *halves])
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), os.path.join(HERE, "streams/half_precision.onnx"))


def audio(path, batch):
    save(path,
         [node("Conv", ["x", "K"], ["k"], pads=[1, 2, 1, 0], strides=[2, 1]), node("Relu", ["k"], ["r"]), node("Transpose", ["r"], ["t"], perm=[3, 0, 1, 2]), node("Reshape", ["t", "frames"], ["f"]),
          node("GRU", ["f", "W", "R"], ["Y", ""], hidden_size=4), node("Squeeze", ["Y", "1"], ["s"]), node("Transpose", ["s"], ["y"], perm=[1, 2, 0])],
         (TensorProto.FLOAT, [batch, 1, 8, "T"]), [batch, 4, "T"],
         [weights("K", 2, 1, 3, 3), constant("frames", [0, 0, -1]), constant("1", [1]), weights("W", 1, 12, 8), weights("R", 1, 12, 4)])


# Spectrograms, [B, C, F, T], with a causal convolution over time and frequency.
audio("streams/spectrogram.onnx", "B")
audio("streams/spectrogram_of_one.onnx", 1)
