"""A plain 3-D U-Net that follows a plan."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from scan2train.cohort.plan import Plan
from scan2train.cohort.planning.feature_maps import CONVOLUTIONS
from scan2train.errors import WrongUse

Size = tuple[int, int, int]
#: Slope of the leaky rectifier below zero, which the weights are drawn for, too.
_SLOPE = 0.01


class UNet(nn.Module):
    """Encoder and decoder of convolutions, instance norms and leaky rectifiers, with the plan's strides and kernels.

    What shrinks is the first convolution of a level; what grows again is a transposed convolution of the same stride,
    joined with what the encoder had at that level. There are no residual connections. The output is logits: no softmax.

    Parameters
    ----------
    plan
        Made by :func:`scan2train.plan`, or by hand.
    deep_supervision
        While training, give the outputs of all levels but the coarsest, the finest first, each on its own grid.

    Raises
    ------
    WrongUse
        If the plan's levels do not fit together.
    """

    def __init__(self, plan: Plan, *, deep_supervision: bool = False) -> None:
        super().__init__()
        levels = len(plan.strides)
        if not levels == len(plan.kernels) == len(plan.features) > 0:
            raise WrongUse(
                "a plan has strides, kernels and features for each level",
                found=f"{levels}, {len(plan.kernels)} and {len(plan.features)}",
            )
        self.divisor = tuple(
            int(n) for n in torch.tensor(plan.strides, dtype=torch.int64).prod(dim=0).tolist()
        )
        self.deep_supervision = deep_supervision
        comes_in = (plan.channels, *plan.features[:-1])
        self.encoder = nn.ModuleList(
            _level(i, o, kernel, stride)
            for i, o, kernel, stride in zip(comes_in, plan.features, plan.kernels, plan.strides, strict=True)
        )
        up, decoder, outputs = [], [], []
        for at, (fine, coarse) in enumerate(pairwise(plan.features)):
            stride = plan.strides[at + 1]
            up.append(nn.ConvTranspose3d(coarse, fine, stride, stride))
            decoder.append(_level(2 * fine, fine, plan.kernels[at], (1, 1, 1)))
            outputs.append(nn.Conv3d(fine, plan.classes, 1))
        self.up, self.decoder = nn.ModuleList(up), nn.ModuleList(decoder)
        # A single level has nothing to decode; without deep supervision the finest output is the only one.
        kept = outputs if deep_supervision else outputs[:1]
        self.outputs = nn.ModuleList(kept or [nn.Conv3d(plan.features[0], plan.classes, 1)])
        self.apply(_draw)

    def forward(self, image: Tensor) -> Tensor | list[Tensor]:
        """Logits ``(n, classes, i, j, k)`` for an image ``(n, channels, i, j, k)``.

        While training with deep supervision, a list: the finest first, each level on its own grid.

        Raises
        ------
        WrongUse
            If the image's size is not divisible by what the levels shrink it by.
        """
        size = tuple(image.shape[2:])
        if len(size) != 3 or any(n % by for n, by in zip(size, self.divisor, strict=True)):
            raise WrongUse(
                "the image does not fit the network",
                expected=f"(n, channels, i, j, k), with i, j, k divisible by {self.divisor}",
                found=tuple(image.shape),
                advice="Pad it, or take a patch of the plan's size.",
            )
        kept: list[Tensor] = []
        for level in self.encoder:
            image = level(image)
            kept.append(image)
        found = []
        for at in reversed(range(len(self.up))):
            image = self.decoder[at](torch.cat((self.up[at](image), kept[at]), dim=1))
            if at < len(self.outputs) and (at == 0 or self.training):
                found.append(self.outputs[at](image))
        if not self.up:
            found.append(self.outputs[0](image))
        return found[::-1] if self.deep_supervision and self.training else found[-1]


def _level(channels: int, features: int, kernel: Size, stride: Size) -> nn.Sequential:
    parts: list[nn.Module] = []
    for at in range(CONVOLUTIONS):
        own: dict[str, Any] = {"padding": tuple(n // 2 for n in kernel)}
        if at == 0:
            own["stride"] = stride
        parts += [
            nn.Conv3d(channels if at == 0 else features, features, kernel, **own),
            nn.InstanceNorm3d(features, eps=1e-5, affine=True),
            nn.LeakyReLU(_SLOPE, inplace=True),
        ]
    return nn.Sequential(*parts)


def _draw(module: nn.Module) -> None:
    if isinstance(module, (nn.Conv3d, nn.ConvTranspose3d)):
        nn.init.kaiming_normal_(module.weight, a=_SLOPE)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
