#!/usr/bin/env python3
"""Exports small PyTorch networks with random weights as people export them, into streams/, whole/ and elsewhere/ beside this file.

streams/    the native engine steps them one timestep at a time
whole/      the native engine runs whole sequences only
elsewhere/  what the native engine refuses; ONNX Runtime runs them as whole sequences

Made with PyTorch 1.13 (TorchScript exporter): python3 generate.py
"""
import os
from typing import List

import torch
from torch import nn
from torch.nn import functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
BT, BTX = {0: "B", 1: "T"}, {"x": {0: "B", 1: "T"}}


def export(place, name, model, inputs, takes="x", gives="y", opset=14, **axes):
    model = torch.jit.script(model.eval()) if place.endswith("!") else model.eval()
    path = os.path.join(HERE, place.rstrip("!"), f"{name}.onnx")
    torch.onnx.export(model, inputs, path, input_names=takes.split(), output_names=gives.split(), dynamic_axes=axes, opset_version=opset)


class Net(nn.Module):
    """Layers by name, and a function of them and the inputs."""

    def __init__(self, forward, **layers):
        super().__init__()
        self.function = forward
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, *inputs):
        return self.function(self, *inputs)


def lstm(*sizes, **more):
    return nn.LSTM(*sizes, batch_first=True, **more)


def gru(*sizes, **more):
    return nn.GRU(*sizes, batch_first=True, **more)


torch.manual_seed(0)
x = torch.randn(2, 7, 5)
last = {"x": BT, "y": {0: "B"}}
every = {"x": BT, "y": BT}

# ---- whole sequences: the other direction, the future, the end -------------------------------------------------------------------
both = dict(r=lstm(5, 8, 2, bidirectional=True), o=nn.Linear(16, 3))
export("whole", "bilstm_last", Net(lambda s, x: s.o(s.r(x)[0][:, -1]), **both), x, **last)
export("whole", "bilstm_final_states", Net(lambda s, x: (lambda h: s.o(torch.cat([h[-2], h[-1]], 1)))(s.r(x)[1][0]), **both), x, **last)
for opset in (9, 12, 16):
    export("whole", f"bilstm_opset{opset}", Net(lambda s, x: s.o(s.r(x)[0]), **both), x, opset=opset, **every)
export("whole", "attention_pooling", Net(lambda s, x: (lambda y: s.o((y * torch.softmax(s.a(y), 1)).sum(1)))(s.r(x)[0]), r=lstm(5, 8), a=nn.Linear(8, 1), o=nn.Linear(8, 3)), x, **last)
export("whole", "convolution_looks_ahead", Net(lambda s, x: s.o(s.r(torch.relu(s.b(s.c(x.transpose(1, 2)))).transpose(1, 2))[0]),
       c=nn.Conv1d(5, 8, 3, padding=1), b=nn.BatchNorm1d(8), r=lstm(8, 6), o=nn.Linear(6, 2)), x, **every)
export("whole", "autoencoder_repeat", Net(lambda s, x: s.o(s.d(s.e(x)[1][0][-1].unsqueeze(1).repeat(1, x.shape[1], 1))[0]), e=lstm(5, 8), d=lstm(8, 8), o=nn.Linear(8, 5)), x, **every)
export("whole", "autoencoder_expand", Net(lambda s, x: s.o(s.d(s.e(x)[1][0][-1].unsqueeze(1).expand(-1, x.shape[1], -1))[0]), e=lstm(5, 8), d=lstm(8, 8), o=nn.Linear(8, 5)), x, **every)
export("whole", "reverse_by_flip", Net(lambda s, x: torch.cat([s.f(x)[0], s.b(x.flip(1))[0].flip(1)], -1), f=lstm(5, 8), b=lstm(5, 8)), x, **every)
export("whole", "bilstm_states_in_and_out", Net(lambda s, x, h, c: (lambda y, n: (s.o(y), *n))(*s.r(x, (h, c))), r=nn.LSTM(4, 6, 2, bidirectional=True), o=nn.Linear(12, 2)),
       (torch.randn(5, 2, 4), torch.zeros(4, 2, 6), torch.zeros(4, 2, 6)), "x h c", "y hn cn",
       x={0: "T", 1: "B"}, y={0: "T", 1: "B"}, h={1: "B"}, c={1: "B"}, hn={1: "B"}, cn={1: "B"})

# ---- what the native engine leaves to ONNX Runtime -------------------------------------------------------------------------------
export("elsewhere", "self_attention", Net(lambda s, x: (lambda y: s.a(y, y, y, need_weights=False)[0])(s.r(x)[0]), r=lstm(5, 8), a=nn.MultiheadAttention(8, 2, batch_first=True)), x, **every)
export("streams", "einsum", Net(lambda s, x: torch.einsum("btf,f->bt", s.r(x)[0], torch.ones(8)), r=lstm(5, 8)), x, **every)  # streams since Einsum is a linear layer; its place keeps the random numbers
export("elsewhere", "flattened_fixed_window", Net(lambda s, x: s.o(s.r(x)[0].reshape(x.shape[0], -1)), r=lstm(5, 8), o=nn.Linear(80, 1)), torch.randn(1, 10, 5))
export("elsewhere", "differences_over_time", Net(lambda s, x: s.r(torch.cat([x, torch.cat([torch.zeros_like(x[:, :1]), x[:, 1:] - x[:, :-1]], 1)], -1))[0], r=lstm(10, 8)), x, **every)

# ---- heads and front-ends one timestep at a time ---------------------------------------------------------------------------------
stream = lambda name, net, data=x, *names, **more: export("streams", name, net, data, *names, **more)
stream("max_over_time", Net(lambda s, x: s.o(torch.max(s.r(x)[0], 1)[0]), r=gru(5, 8), o=nn.Linear(8, 3)), **last)
stream("adaptive_max_pool", Net(lambda s, x: s.o(s.p(s.r(x)[0].transpose(1, 2)).squeeze(-1)), r=gru(5, 8), p=nn.AdaptiveMaxPool1d(1), o=nn.Linear(8, 3)), **last)
stream("adaptive_average_pool", Net(lambda s, x: s.o(s.p(s.r(x)[0].transpose(1, 2)).flatten(1)), r=gru(5, 8), p=nn.AdaptiveAvgPool1d(1), o=nn.Linear(8, 3)), **last)
stream("tcn_cut_at_the_end", Net(lambda s, x: (lambda h: s.o((h + x.transpose(1, 2)).transpose(1, 2)))(torch.relu(s.b(torch.relu(s.a(x.transpose(1, 2))[:, :, :x.shape[1]]))[:, :, :x.shape[1]])),
       a=nn.Conv1d(5, 5, 3, padding=2), b=nn.Conv1d(5, 5, 3, padding=2), o=nn.Linear(5, 2)), **every)
stream("tcn_dilated_chomp", Net(lambda s, x: s.r(torch.relu(s.b(torch.relu(s.a(x.transpose(1, 2))[:, :, :-2]))[:, :, :-4]).transpose(1, 2))[0],
       a=nn.Conv1d(5, 8, 3, padding=2), b=nn.Conv1d(8, 8, 3, padding=4, dilation=2), r=lstm(8, 6)), **every)
stream("channels_before_time", Net(lambda s, x: s.r(torch.relu(s.c(F.pad(x, (2, 0)))).transpose(1, 2))[0], c=nn.Conv1d(5, 8, 3), r=gru(8, 6)), torch.randn(2, 5, 9), x={0: "B", 2: "T"}, y=BT)
stream("depthwise_gelu", Net(lambda s, x: s.r(F.gelu(s.p(s.d(F.pad(x.transpose(1, 2), (3, 0))))).transpose(1, 2))[0], d=nn.Conv1d(5, 5, 4, groups=5), p=nn.Conv1d(5, 8, 1), r=gru(8, 6)), **every)
stream("crnn_causal", Net(lambda s, x: s.r(s.p(torch.relu(s.c(F.pad(x.transpose(1, 2).unsqueeze(1), (2, 0))))).permute(0, 3, 1, 2).reshape(x.shape[0], x.shape[1], 16))[0],
       c=nn.Conv2d(1, 4, 3, padding=(1, 0)), p=nn.MaxPool2d((2, 1)), r=gru(16, 6)), torch.randn(2, 9, 8), **every)
stream("cnn_on_frames", Net(lambda s, x: s.r(s.c(x.reshape(x.shape[0] * x.shape[1], 1, 8, 8)).view(x.shape[0], x.shape[1], -1))[0],
       c=nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()), r=gru(64, 8)), torch.randn(2, 3, 1, 8, 8), **every)
stream("tokens_features_context", Net(lambda s, k, x, c: s.r(torch.cat([s.e(k), x, c.unsqueeze(1).expand(-1, x.shape[1], -1)], -1))[0], e=nn.Embedding(10, 4), r=lstm(12, 6)),
       (torch.randint(0, 10, (2, 7)), x, torch.randn(2, 3)), "tokens x context", tokens=BT, context={0: "B"}, **every)
stream("two_categories", Net(lambda s, k, x: s.r(torch.cat([s.a(k[..., 0]), s.b(k[..., 1]), x], -1))[0], a=nn.Embedding(20, 3), b=nn.Embedding(7, 3), r=lstm(11, 6)), (torch.randint(0, 7, (2, 7, 2)), x), "k x", k=BT, **every)
stream("sentiment", Net(lambda s, k: torch.log_softmax(s.o(s.r(s.e(k))[1][0][-1]), -1), e=nn.Embedding(10, 4, padding_idx=0), r=lstm(4, 6, 2), o=nn.Linear(6, 2)), (torch.randint(0, 10, (2, 7)),), "k", k=BT, y={0: "B"})
stream("masked", Net(lambda s, x, m: s.r(x.masked_fill(m.unsqueeze(-1), 0.0))[0], r=lstm(5, 6)), (x, torch.zeros(2, 7, dtype=torch.bool)), "x m", m=BT, **every)
stream("learned_initial_state", Net(lambda s, x: s.r(x, s.h.expand(-1, x.size(0), -1).contiguous())[0], h=nn.Parameter(torch.randn(1, 1, 8)), r=gru(5, 8)), **every)
stream("layernorm_residual_gelu", Net(lambda s, x: (lambda h: s.o(s.r(h)[0] + h))(s.l(torch.tanh(s.i(x)))), i=nn.Linear(5, 8), l=nn.LayerNorm(8), r=gru(8, 8),
       o=nn.Sequential(nn.Linear(8, 8), nn.GELU(), nn.LayerNorm(8), nn.Linear(8, 2), nn.Softplus())), **every)
stream("flattened_batch_and_time", Net(lambda s, x: s.o(s.r(x)[0].reshape(-1, 8)), r=lstm(5, 8), o=nn.Linear(8, 3)), x=BT, y={0: "N"})
stream("quantiles_cumsum", Net(lambda s, x: torch.cumsum(F.softplus(s.o(s.r((x - 3.0) / 2.0)[0]).view(x.shape[0], x.shape[1], 3, 3)), -1) * 5 + 1, r=lstm(5, 8), o=nn.Linear(8, 9)), **every)
stream("feature_statistics", Net(lambda s, x: (lambda f: s.o(torch.where(f > 0, f, f * 0.1)).clamp(-2, 2))(torch.cat([s.r(x)[0], x.mean(-1, keepdim=True), x.std(-1, keepdim=True)], -1)),
       r=nn.RNN(5, 8, nonlinearity="relu", batch_first=True), o=nn.Linear(10, 2)), **every)
stream("every_and_last_and_argmax", Net(lambda s, x: (lambda y, n: (s.a(y), s.b(n[0][0]), y.argmax(-1)))(*s.r(x)), r=lstm(5, 8), a=nn.Linear(8, 2), b=nn.Linear(8, 3)), x, "x", "y z k", z={0: "B"}, k=BT, **every)
stream("gated_linear_unit", Net(lambda s, x: F.glu(s.o(s.r(x)[0]), -1), r=gru(5, 8), o=nn.Linear(8, 6)), **every)
stream("autoregression_beside", Net(lambda s, x: s.o(s.r(x)[0][:, -1]) + s.a(x[:, -1]), r=gru(5, 6), o=nn.Linear(6, 5), a=nn.Linear(5, 5)), **last)
stream("zero_state_in_code", Net(lambda s, x: s.o(s.r(x, (torch.zeros(2, x.size(0), 8), torch.zeros(2, x.size(0), 8)))[0][:, -1]), r=lstm(5, 8, 2), o=nn.Linear(8, 1)), **last)
stream("fixed_batch_and_length", Net(lambda s, x: s.o(s.r(x, (torch.zeros(2, x.size(0), 8), torch.zeros(2, x.size(0), 8)))[0][:, -1]), r=lstm(5, 8, 2), o=nn.Linear(8, 1)), torch.randn(3, 10, 5))
stream("no_batch", Net(lambda s, x: s.r(x.unsqueeze(1))[0].squeeze(1), r=nn.LSTM(5, 8)), torch.randn(7, 5), x={0: "T"}, y={0: "T"})
for opset in (9, 11, 13, 16):
    stream(f"lstm_opset{opset}", Net(lambda s, x: s.o(s.r(x)[0]), r=nn.LSTM(5, 8, 3), o=nn.Linear(8, 2)), torch.randn(7, 2, 5), x={0: "T", 1: "B"}, y={0: "T", 1: "B"}, opset=opset)

# ---- states in and out, packed, stacked, in plain operators ----------------------------------------------------------------------
tb, b1, b0 = {0: "T", 1: "B"}, {1: "B"}, {0: "B"}
stream("packed_by_layer", Net(lambda s, x, p: (lambda y, n: (y, torch.cat(n, 0)))(*s.r(x, (p[:2], p[2:]))), r=nn.LSTM(4, 6, 2)), (torch.randn(5, 2, 4), torch.zeros(4, 2, 6)), "x state", "y next", x=tb, y=tb, state=b1, next=b1)
stream("packed_on_the_last_axis", Net(lambda s, x, p: (lambda y, n: (y, torch.cat(n, -1)))(*s.r(x, (p[..., :6].contiguous(), p[..., 6:].contiguous()))), r=nn.LSTM(4, 6)),
       (torch.randn(5, 2, 4), torch.zeros(1, 2, 12)), "x state", "y next", x=tb, y=tb, state=b1, next=b1)
stream("states_batch_first", Net(lambda s, x, h, c: (lambda y, n: (y, n[0].transpose(0, 1), n[1].transpose(0, 1)))(*s.r(x, (h.transpose(0, 1).contiguous(), c.transpose(0, 1).contiguous()))), r=lstm(4, 6, 2)),
       (torch.randn(2, 5, 4), torch.zeros(2, 2, 6), torch.zeros(2, 2, 6)), "x h c", "y hn cn", x=BT, y=BT, h=b0, c=b0, hn=b0, cn=b0)
stream("two_states_one_answer", Net(lambda s, x, a, b: (lambda y, m: (lambda z, n: (z, torch.cat([m, n], 0)))(*s.q(y, b)))(*s.p(x, a)), p=nn.GRU(4, 6), q=nn.GRU(6, 6)),
       (torch.randn(5, 2, 4), torch.zeros(1, 2, 6), torch.zeros(1, 2, 6)), "x a b", "y next", x=tb, y=tb, a=b1, b=b1, next=b1)
stream("single_timestep", Net(lambda s, x, h, c: (lambda y, n: (y.squeeze(1), *n))(*s.r(x.unsqueeze(1), (h, c))), r=lstm(4, 6, 2)), (torch.randn(2, 4), torch.zeros(2, 2, 6), torch.zeros(2, 2, 6)), "x h c", "y hn cn",
       x=b0, y=b0, h=b1, c=b1, hn=b1, cn=b1)
step = {k: b0 for k in "x h y hn".split()}
cell = dict(c=nn.LSTMCell(4, 6), o=nn.Linear(6, 2))
stream("lstm_cell", Net(lambda s, x, h, c: (lambda n: (s.o(n[0]), *n))(s.c(x, (h, c))), **cell), (torch.randn(1, 4), torch.zeros(1, 6), torch.zeros(1, 6)), "input hidden cell", "out hidden_out cell_out")
stream("gru_cell", Net(lambda s, x, h: (lambda n: (s.o(n), n))(s.c(x, h)), c=nn.GRUCell(4, 6), o=nn.Linear(6, 2)), (torch.randn(2, 4), torch.zeros(2, 6)), "x h", "y hn", **step)
stream("rnn_cell", Net(lambda s, x, h: (lambda n: (s.o(n), n))(s.c(x, h)), c=nn.RNNCell(4, 6), o=nn.Linear(6, 2)), (torch.randn(2, 4), torch.zeros(2, 6)), "x h", "y hn", **step)
stream("square_lstm_cell", Net(lambda s, x, h, c: (lambda n: (n[0] * 2, *n))(s.c(x, (h, c))), c=nn.LSTMCell(6, 6)), (torch.randn(2, 6), torch.zeros(2, 6), torch.zeros(2, 6)), "x h_in c_in", "y h_out c_out",
       **{k: b0 for k in "x h_in c_in y h_out c_out".split()})
stream("stacked_cells", Net(lambda s, x, h, c: (lambda m: (lambda n: (n[0], torch.stack([m[0], n[0]]), torch.stack([m[1], n[1]])))(s.b(m[0], (h[1], c[1]))))(s.a(x, (h[0], c[0]))), a=nn.LSTMCell(4, 6), b=nn.LSTMCell(6, 6)),
       (torch.randn(2, 4), torch.zeros(2, 2, 6), torch.zeros(2, 2, 6)), "x h c", "y hn cn", x=b0, y=b0, h=b1, c=b1, hn=b1, cn=b1)
stream("cells_apart_answered_together", Net(lambda s, x, p, q: (lambda m: (lambda n: (s.o(n), torch.stack([m, n])))(s.b(m, q)))(s.a(x, p)), a=nn.GRUCell(4, 6), b=nn.GRUCell(6, 6), o=nn.Linear(6, 3)),
       (torch.randn(2, 4), torch.zeros(2, 6), torch.zeros(2, 6)), "x p q", "y next", x=b0, y=b0, p=b0, q=b0, next=b1)


def joined_lstm(s, x, carry):
    c, h = carry.split(6, -1)
    i, f, g, o = s.w(torch.cat([x, h], -1)).chunk(4, -1)
    c = torch.sigmoid(f + 1) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    return h, torch.cat([c, h], -1)


def normalised_lstm(s, x, h, c):
    i, f, g, o = s.l(s.x(x) + s.h(h)).chunk(4, -1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(s.n(c))
    return h.sum(-1, keepdim=True), h, c


def running_level(s, x, m, h):
    m = 0.9 * m + 0.1 * x
    h = s.c(x - m, h)
    return s.o(h) + m, m, h


def kept_frames(s, x, past, h):
    z = torch.cat([past, x.unsqueeze(-1)], -1)
    h = s.r(torch.relu(s.c(z)).squeeze(-1), h)
    return h * 1.5, z[:, :, 1:], h


stream("joined_lstm_packed_carry", Net(joined_lstm, w=nn.Linear(10, 24)), (torch.randn(2, 4), torch.zeros(2, 12)), "x carry", "y carry_out", x=b0, y=b0, carry=b0, carry_out=b0)
stream("normalised_lstm_cell", Net(normalised_lstm, x=nn.Linear(4, 24), h=nn.Linear(6, 24), l=nn.LayerNorm(24), n=nn.LayerNorm(6)), (torch.randn(2, 4), torch.zeros(2, 6), torch.zeros(2, 6)), "x h c", "y hn cn", c=b0, cn=b0, **step)
stream("running_level", Net(running_level, c=nn.GRUCell(5, 6), o=nn.Linear(6, 5)), (torch.randn(1, 5), torch.zeros(1, 5), torch.zeros(1, 6)), "x mean h", "y mean_out h_out")
stream("kept_frames_as_state", Net(kept_frames, c=nn.Conv1d(4, 6, 3), r=nn.GRUCell(6, 5)), (torch.randn(1, 4), torch.zeros(1, 4, 2), torch.zeros(1, 5)), "x past h", "y past_out h_out")
stream("diagonal_state_space", Net(lambda s, x, h: (lambda n: (s.c(n), n))(s.a * h + s.b(x)), a=nn.Parameter(torch.rand(8) * 0.9), b=nn.Linear(4, 8), c=nn.Linear(8, 3)), (torch.randn(2, 4), torch.zeros(2, 8)), "x h", "y hn", **step)
stream("echo_state_columns", Net(lambda s, u, r: (lambda n: (s.o @ n, n))(0.7 * r + 0.3 * torch.tanh(s.i @ u + s.w @ r)), w=nn.Parameter(torch.randn(8, 8) * 0.3), i=nn.Parameter(torch.randn(8, 4)), o=nn.Parameter(torch.randn(2, 8))),
       (torch.randn(4, 1), torch.zeros(8, 1)), "u r", "y rn")
stream("vectors_without_batch", Net(lambda s, x, h: (lambda n: (s.o(n), n))(s.c(x.unsqueeze(0), h.unsqueeze(0)).squeeze(0)), c=nn.GRUCell(4, 6), o=nn.Linear(6, 1)), (torch.randn(4), torch.zeros(6)), "x h", "y hn")
stream("audio_frame", Net(lambda s, x, h, c: (lambda z: (lambda y, n: (torch.sigmoid(s.o(y[:, 0])), *n))(*s.r(z.reshape(z.shape[0], 1, -1), (h, c))))(s.p(torch.relu(s.b(torch.relu(s.a(x.unsqueeze(1))))))),
       a=nn.Conv1d(1, 8, 5, stride=2, padding=2), b=nn.Conv1d(8, 16, 3, stride=2, padding=1), p=nn.AvgPool1d(2), r=lstm(128, 12), o=nn.Linear(12, 1)),
       (torch.randn(1, 64), torch.zeros(1, 1, 12), torch.zeros(1, 1, 12)), "x h c", "y hn cn", c=b1, cn=b1, x=b0, y=b0, h=b1, hn=b1)


class ScriptedCells(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.LSTMCell(4, 6)

    def forward(self, x):
        h = torch.zeros(x.size(1), 6)
        c = torch.zeros(x.size(1), 6)
        y = torch.jit.annotate(List[torch.Tensor], [])
        for t in range(x.size(0)):
            h, c = self.c(x[t], (h, c))
            y.append(h)
        return torch.stack(y)


class ScriptedState(nn.Module):
    def __init__(self):
        super().__init__()
        self.w, self.r = nn.Linear(4, 6), nn.Linear(6, 6)

    def forward(self, x, h):
        steps = x.unbind(0)
        y = torch.jit.annotate(List[torch.Tensor], [])
        for t in range(len(steps)):
            h = torch.tanh(self.w(steps[t]) + self.r(h))
            y.append(h)
        return torch.stack(y), h


export("streams!", "scripted_loop_of_cells", ScriptedCells(), (torch.randn(5, 2, 4),), x=tb, y=tb)
export("streams!", "scripted_loop_with_state", ScriptedState(), (torch.randn(5, 2, 4), torch.zeros(2, 6)), "x h", "y hn", x=tb, y=tb, h=b0, hn=b0)
