"""The small convolutional network that tells patterns apart."""

from torch import Tensor, nn

from tombola.dissect.patterns.pattern import PATTERNS

WIDTHS = (8, 16, 32)
"""Channels of the three pairs of convolutions; the published network has 16, 32 and 64."""


class PatternNet(nn.Sequential):
    """Three pairs of 3×3 convolutions, pooled, then 1×1 to a score for each pattern, averaged.

    As the published network (the six convolutions of its "six layers", max-pooling behind the first
    two pairs, two 1×1 convolutions around global average pooling), but for
    - padding: pictures have one size and their edges count, for [CLS] stands there;
    - batch normalisation, which lets some hundred steps do instead of 200 passes, so that the
      network is trained where it is needed;
    - a ReLU between the two 1×1 convolutions, which are one without it.
    """

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        layers: list[nn.Module] = []
        before = 1
        for i, width in enumerate(widths):
            layers += [*_convolution(before, width), *_convolution(width, width)]
            if i + 1 < len(widths):
                layers.append(nn.MaxPool2d(2))
            before = width
        layers += [nn.Conv2d(before, 16, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        layers.append(nn.Linear(16, len(PATTERNS)))
        super().__init__(*layers)

    def forward(self, pictures: Tensor) -> Tensor:
        """Scores [pictures patterns] of pictures [pictures 1 size size]."""
        found: Tensor = super().forward(pictures)
        return found


def _convolution(before: int, width: int) -> list[nn.Module]:
    return [nn.Conv2d(before, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
