"""A network follows its plan: shapes, kernels, memory; and it learns."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch

from scan2train.cohort.plan import Plan
from scan2train.cohort.planning.feature_maps import feature_map_voxels
from scan2train.cohort.planning.topology import topology
from scan2train.errors import WrongUse
from scan2train.learn import UNet


def plan_for(spacing, size, *, classes=3, channels=2, first=4) -> Plan:
    levels = topology(spacing, size)
    return Plan(
        orientation="LPS",
        spacing_mm=spacing,
        target_spacing_mm=spacing,
        median_shape=tuple(map(float, size)),
        patch_size=levels.patch,
        strides=levels.strides,
        kernels=levels.kernels,
        features=tuple(min(first * 2**n, 16) for n in range(len(levels.strides))),
        batch_size=2,
        memory_gb=8.0,
        channels=channels,
        classes=classes,
        cases=10,
        reasons={},
    )


THICK = plan_for((1.0, 1.3, 5.0), (32, 24, 9))


@pytest.mark.parametrize(
    "plan",
    [
        THICK,
        plan_for((1.0, 1.0, 1.0), (16, 24, 17)),
        plan_for((1.0, 1.0, 1.0), (32, 16, 1)),
        plan_for((1, 1, 1), (5, 6, 7)),
    ],
    ids=["thick", "isotropic", "picture", "one level"],
)
def test_logits_lie_on_the_patch(plan):
    network = UNet(plan).eval()
    with torch.no_grad():
        logits = network(torch.zeros(1, 2, *plan.patch_size))
    assert logits.shape == (1, 3, *plan.patch_size)


def test_thick_axes_are_neither_mixed_nor_halved_at_first():
    convolutions = [one for one in UNet(THICK).encoder[0] if isinstance(one, torch.nn.Conv3d)]
    assert [one.kernel_size for one in convolutions] == [(3, 3, 1), (3, 3, 1)]
    assert UNet(THICK).encoder[1][0].stride == (2, 2, 1)


def test_a_level_sees_only_its_own_slice_where_the_kernel_is_one():
    level = UNet(THICK).eval().encoder[0][:3:2]  # the norm mixes all slices by its statistics: left out
    image = torch.zeros(1, 2, 8, 8, 5)
    with torch.no_grad():
        before = level(image)
        image[..., 2] = 1
        moved = (level(image) != before).any(dim=1)[0].any(dim=0).any(dim=0)
    assert moved.tolist() == [False, False, True, False, False]


def test_deep_supervision_gives_every_level_while_training():
    network = UNet(THICK, deep_supervision=True)
    image = torch.zeros(1, 2, *THICK.patch_size)
    found = network.train()(image)
    sizes, size = [], THICK.patch_size
    for stride in THICK.strides[:-1]:
        size = tuple(n // by for n, by in zip(size, stride, strict=True))
        sizes.append((1, 3, *size))
    assert [tuple(one.shape) for one in found] == sizes
    assert network.eval()(image).shape == sizes[0]


def test_memory_is_estimated_by_the_maps_that_there_are():
    seen = 0

    def count(_module, _given, made):
        nonlocal seen
        seen += made.numel()

    network = UNet(THICK)
    for module in network.modules():
        if isinstance(module, torch.nn.Conv3d | torch.nn.ConvTranspose3d):
            module.register_forward_hook(count)
    network(torch.zeros(1, 2, *THICK.patch_size))
    levels = topology(THICK.spacing_mm, THICK.patch_size)
    assert seen == feature_map_voxels(levels, THICK.features, THICK.classes)


def test_it_learns():
    torch.manual_seed(3)
    plan = plan_for((1.0, 1.3, 4.0), (16, 16, 4), classes=2, channels=1)
    image = torch.randn(2, 1, *plan.patch_size)
    truth = (image[:, 0] > 0).long()
    network = UNet(plan, deep_supervision=True).train()
    optimiser = torch.optim.Adam(network.parameters(), lr=0.01)
    losses = []
    for _ in range(12):
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(network(image)[0], truth)
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < losses[0] / 2


def test_a_size_that_does_not_fit_is_refused():
    size = list(THICK.patch_size)
    size[0] += 1
    with pytest.raises(WrongUse, match="divisible by"):
        UNet(THICK)(torch.zeros(1, 2, *size))


def test_levels_that_do_not_fit_together_are_refused():
    with pytest.raises(WrongUse, match="for each level"):
        UNet(dataclasses.replace(THICK, features=THICK.features[:-1]))


def test_the_divisor_is_that_of_the_topology():
    assert UNet(THICK).divisor == topology(THICK.spacing_mm, THICK.patch_size).divisor
    assert math.prod(UNet(THICK).divisor) > 8
