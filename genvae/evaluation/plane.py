"""Latents laid on a plane.

Axes:  N points · M points that the plane is found on · Z numbers of a latent

PCA keeps directions and distances as far as two numbers can, and says how far; t-SNE (van der
Maaten and Hinton 2008) and UMAP (McInnes et al. 2018) keep who is whose neighbour, and no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from genvae.errors import GenvaeError, OptionProblem, nearest

METHODS = {"pca": "sklearn", "tsne": "sklearn", "umap": "umap"}
"""By name, the package that does it."""
FEWEST = {"pca": 3, "tsne": 5, "umap": 5}
"""Points that each needs."""
NARROW = 50
"""Principal components that t-SNE and UMAP see: what lies beyond is mostly noise."""
PERPLEXITY = 30.0
NEIGHBOURS = 15


@dataclass(frozen=True)
class Plane:
    """Where points lie: ``xy_N2``; ``axes`` are titles; ``explained`` the shares of variance along
    the two axes, None where an axis has no meaning of its own."""

    xy_N2: np.ndarray
    axes: tuple[str, str]
    explained: tuple[float, float] | None = None


def check(method: str) -> None:
    """Is this a method, and is its package here? Raises OptionProblem and GenvaeError."""
    if method not in METHODS:
        raise OptionProblem(f"--method {method}: {nearest(method, METHODS)}")
    if any(find_spec(name) is None for name in ("sklearn", METHODS[method])):
        raise GenvaeError(f"--method {method}: needs more: pip install 'genvae[map]'")


def project(method: str, basis_MZ: np.ndarray, z_NZ: np.ndarray, *, seed: int = 0) -> Plane:
    """The points ``z_NZ`` on a plane. PCA's axes are those of ``basis_MZ`` alone, so that a map
    does not turn with what is laid on it; t-SNE and UMAP see all points. Raises OptionProblem
    where there are too few."""
    if min(len(basis_MZ), len(z_NZ)) < FEWEST[method]:
        raise OptionProblem(
            f"--method {method}: {min(len(basis_MZ), len(z_NZ))} points, a map needs "
            f"{FEWEST[method]} or more"
        )
    from sklearn.decomposition import PCA

    if method == "pca":
        found = PCA(2, svd_solver="full").fit(basis_MZ)
        shares = [float(share) for share in found.explained_variance_ratio_]
        titles = [f"principal component {i + 1}: {s:.1%} of variance" for i, s in enumerate(shares)]
        return Plane(found.transform(z_NZ), (titles[0], titles[1]), (shares[0], shares[1]))
    size = min(NARROW, *z_NZ.shape)
    narrow_NK = PCA(size, svd_solver="full").fit_transform(z_NZ)
    if method == "tsne":
        from sklearn.manifold import TSNE

        perplexity = min(PERPLEXITY, (len(z_NZ) - 1) / 3)
        xy = TSNE(2, perplexity=perplexity, init="pca", random_state=seed).fit_transform(narrow_NK)
        titles = ["t-SNE 1 (near is alike, far says nothing)", "t-SNE 2"]
    else:
        from umap import UMAP

        near = min(NEIGHBOURS, len(z_NZ) - 1)
        xy = UMAP(n_neighbors=near, random_state=seed, n_jobs=1).fit_transform(narrow_NK)
        titles = ["UMAP 1 (near is alike, far says little)", "UMAP 2"]
    return Plane(np.asarray(xy, dtype=float), (titles[0], titles[1]))
