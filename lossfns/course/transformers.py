"""A small transformer that reads an image row by row."""

import torch
from torch import Tensor, nn


class RowTransformer(nn.Module):
    """Images of `rows` × `rows` pixels, flat, to scores for k classes: a token for each row, attention among them.

    images (n, rows²) -> logits (n, classes). The tokens' outputs are averaged before the last layer.

    Args:
        layers, width, heads: of the encoder; the hidden layer of each block is twice as wide.
        norm_first: whether each block normalises its input ("pre-norm", as models do today), or its output ("post-norm",
            as in the paper).
        seed: of its first weights, torch's usual ones in torch's default dtype. The global random state is left alone.

    >>> RowTransformer()(torch.zeros(5, 64)).shape
    torch.Size([5, 10])

    Source: Vaswani et al., Attention is all you need, NeurIPS 2017; Xiong et al., On layer normalization in the
        transformer architecture, ICML 2020.
    """

    def __init__(
        self,
        *,
        layers: int = 2,
        width: int = 32,
        heads: int = 2,
        rows: int = 8,
        classes: int = 10,
        norm_first: bool = False,
        seed: int = 0,
    ):
        super().__init__()
        self.rows = rows
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.read = nn.Linear(rows, width)
            self.place = nn.Parameter(0.1 * torch.randn(rows, width))
            self.blocks = nn.Sequential(
                *(
                    nn.TransformerEncoderLayer(
                        width, heads, 2 * width, dropout=0.0, batch_first=True, norm_first=norm_first
                    )
                    for _ in range(layers)
                )
            )
            self.norm = nn.LayerNorm(width) if norm_first else nn.Identity()
            self.score = nn.Linear(width, classes)

    def forward(self, images: Tensor) -> Tensor:
        tokens = self.read(images.unflatten(-1, (self.rows, self.rows))) + self.place
        return self.score(self.norm(self.blocks(tokens)).mean(-2))
