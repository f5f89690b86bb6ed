"""The blocks against torch's own convolution, and step by step against all at once.

Axes:  N batch · T steps · C channels
"""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from genvae.domains.base import Field
from genvae.models.networks import CausalStack, Conv, ResidualBlock, Vocabulary


def shaken(module: nn.Module) -> nn.Module:
    """Random weights everywhere: blocks begin as the identity."""
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_(std=0.4)
    return module.eval()


@pytest.mark.parametrize(
    ("offsets", "kernel", "dilation", "left", "right"),
    [
        ((-1, 0, 1), 3, 1, 1, 1),
        ((-2, 0, 2), 3, 2, 2, 2),
        ((0, 1), 2, 1, 1, 0),
        ((0, 4), 2, 4, 4, 0),
        ((0,), 1, 1, 0, 0),
    ],
)
def test_conv_is_a_convolution(
    offsets: tuple[int, ...], kernel: int, dilation: int, left: int, right: int
) -> None:
    torch.manual_seed(0)
    conv = Conv(3, 5, offsets)
    x_NTC = torch.randn(2, 11, 3)
    # Tap o reads x[t - o]: the last tap of torch's kernel is the smallest offset.
    blocks = dict(zip(offsets, conv.mix.weight.chunk(len(offsets), dim=1), strict=True))
    weight = torch.stack([blocks[o] for o in sorted(offsets, reverse=True)], dim=-1)
    padded = F.pad(x_NTC.transpose(1, 2), (left, right))
    expected = F.conv1d(padded, weight, conv.mix.bias, dilation=dilation).transpose(1, 2)
    assert weight.shape == (5, 3, kernel)
    torch.testing.assert_close(conv(x_NTC), expected)


def test_conv_by_hand() -> None:
    conv = Conv(1, 1, (0, 2))
    with torch.no_grad():
        conv.mix.weight.copy_(torch.tensor([[10.0, 1.0]]))
        conv.mix.bias.zero_()
    y = conv(torch.tensor([[1.0], [2.0], [3.0], [4.0]]))
    assert y.squeeze(-1).tolist() == [10.0, 20.0, 31.0, 42.0]


def test_a_residual_block_begins_as_the_identity() -> None:
    x = torch.randn(2, 6, 4)
    torch.testing.assert_close(ResidualBlock(4).eval()(x), x)


def stack(conditioned: bool, blocks: int = 5, cycle: int = 3) -> CausalStack:
    made = CausalStack(6, blocks, channels_condition=4 if conditioned else 0, cycle=cycle)
    assert isinstance(shaken(made), CausalStack)
    return made


def test_reaches_double_and_begin_again() -> None:
    assert CausalStack(4, 8).reaches == [1, 2, 4, 8, 16, 32, 1, 2]
    assert CausalStack(4, 5, cycle=3).reaches == [1, 2, 4, 1, 2]


@pytest.mark.parametrize("conditioned", [False, True])
@torch.no_grad()
def test_step_by_step_is_all_at_once(conditioned: bool) -> None:
    causal = stack(conditioned)
    x_NTC = torch.randn(3, 20, 6)
    u_NTU = torch.randn(3, 20, 4) if conditioned else None
    whole = causal(x_NTC, u_NTU)
    conditions, memory = causal.conditions(u_NTU), causal.start(3)
    steps = [
        causal.step(x_NTC[:, t], memory, t, [None if c is None else c[:, t] for c in conditions])
        for t in range(20)
    ]
    torch.testing.assert_close(torch.stack(steps, dim=1), whole)


@torch.no_grad()
def test_the_future_changes_nothing() -> None:
    causal = stack(True)
    x, u = torch.randn(1, 20, 6), torch.randn(1, 20, 4)
    before = causal(x, u)
    x[:, 12:] += 1.0
    u[:, 12:] -= 1.0
    after = causal(x, u)
    torch.testing.assert_close(after[:, :12], before[:, :12], rtol=0, atol=0)
    assert (after[:, 12] - before[:, 12]).abs().max() > 1e-3


@torch.no_grad()
def test_the_past_matters_as_far_as_the_reaches_add_up() -> None:
    causal = stack(False, blocks=3)
    x = torch.randn(1, 20, 6)
    before = causal(x)
    x[:, 2] += torch.randn(6)
    changed = (causal(x) - before).abs().amax(dim=(0, 2)) > 1e-6
    assert changed.nonzero().flatten().tolist() == list(range(2, 2 + 1 + 2 + 4 + 1))


def test_gradients_keep_to_the_past() -> None:
    causal = stack(False)
    x = torch.randn(1, 9, 6, requires_grad=True)
    causal(x)[:, 4].sum().backward()
    assert x.grad is not None
    assert x.grad[:, 5:].abs().max() == 0
    assert x.grad[:, 4].abs().max() > 0


def vocabulary(*fields: Field) -> Vocabulary:
    torch.manual_seed(0)
    return Vocabulary(fields, 4, 1.0)


@torch.no_grad()
def test_a_step_is_the_sum_of_its_cells() -> None:
    words = vocabulary(Field("a", 3), Field("b", 2))
    table = words.table()
    assert table.shape == (5, 4)
    cells = torch.tensor([[[0, 0], [2, 1]]])
    y = words.summed(cells, table)
    assert y.shape == (1, 2, 4)
    torch.testing.assert_close(y[0, 0], table[0] + table[3])
    torch.testing.assert_close(y[0, 1], table[2] + table[4])
    torch.testing.assert_close(words.each(cells, table).sum(2), y)


@torch.no_grad()
def test_cells_of_equal_category_have_their_own_vectors() -> None:
    words = vocabulary(Field("a", 3), Field("a", 3))
    a, b = words.summed(torch.tensor([[1, 2], [2, 1]]), words.table())
    assert not torch.allclose(a, b)


@torch.no_grad()
def test_a_set_never_seen_is_known_by_its_members() -> None:
    words = vocabulary(Field("a", 2), Field("sets", 8, members=3))
    table = words.table()[2:]
    assert table.shape == (8, 4)
    assert table[0].tolist() == [0.0] * 4
    # With single members and pairs known, the set of all three follows.
    seven = table[3] + table[5] + table[6] - table[1] - table[2] - table[4]
    torch.testing.assert_close(table[7], seven)
