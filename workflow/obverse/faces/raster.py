"""The z-buffer: which triangle each pixel shows, and where in it."""

import numpy as np

from obverse.faces.compiled import kernel


@kernel()
def project(points, jaw, cheek, drop, smile, rotation, focal, placement):
    """Return pixel x, pixel y and camera depth, float32 [N, 3], of a mesh with an expression.

    ``placement`` [2, 3] maps the image plane (head units, y down) to pixels.
    """
    projected = np.empty_like(points)
    for i in range(points.shape[0]):
        swell = 1.0 + 0.045 * smile * cheek[i]
        x, y, z = points[i, 0] * swell, points[i, 1] * swell - 0.16 * drop * jaw[i], points[i, 2] * swell
        depth = rotation[2, 0] * x + rotation[2, 1] * y + rotation[2, 2] * z
        scale = focal / (focal - depth)
        across = (rotation[0, 0] * x + rotation[0, 1] * y + rotation[0, 2] * z) * scale
        down = -(rotation[1, 0] * x + rotation[1, 1] * y + rotation[1, 2] * z) * scale
        projected[i, 0] = placement[0, 0] * across + placement[0, 1] * down + placement[0, 2]
        projected[i, 1] = placement[1, 0] * across + placement[1, 1] * down + placement[1, 2]
        projected[i, 2] = depth
    return projected


@kernel()
def rasterise(projected, first, rows, columns, two_sided, depth, owner, weights):
    """Draw one sheet into ``depth`` [H, W], ``owner`` [H, W] and ``weights`` [H, W, 2].

    ``owner`` becomes 2 * (number of the cell's first vertex) + (0 for its lower triangle, 1 for its upper one); the
    weights are those of the triangle's second and third corner.
    """
    for row in range(rows - 1):
        for column in range(columns - 1):
            a = first + row * columns + column
            d = a + columns
            _triangle(projected, a, a + 1, d + 1, 2 * a, two_sided, depth, owner, weights)
            _triangle(projected, a, d + 1, d, 2 * a + 1, two_sided, depth, owner, weights)


@kernel()
def _triangle(projected, a, b, c, name, two_sided, depth, owner, weights):
    ax, ay, az = projected[a, 0], projected[a, 1], projected[a, 2]
    bx, by, bz = projected[b, 0] - ax, projected[b, 1] - ay, projected[b, 2] - az
    cx, cy, cz = projected[c, 0] - ax, projected[c, 1] - ay, projected[c, 2] - az
    area = bx * cy - by * cx
    # Seen from outside, corners run counter-clockwise on the head, which is negative with y down.
    if area > -1e-6 and (not two_sided or area < 1e-6):
        return
    inverse = 1.0 / area
    left = max(0, int(np.ceil(ax + min(0.0, bx, cx) - 0.5)))
    right = min(depth.shape[1] - 1, int(np.floor(ax + max(0.0, bx, cx) - 0.5)))
    top = max(0, int(np.ceil(ay + min(0.0, by, cy) - 0.5)))
    bottom = min(depth.shape[0] - 1, int(np.floor(ay + max(0.0, by, cy) - 0.5)))
    for j in range(top, bottom + 1):
        dy = j + 0.5 - ay
        for i in range(left, right + 1):
            dx = i + 0.5 - ax
            wb = (dx * cy - dy * cx) * inverse
            wc = (bx * dy - by * dx) * inverse
            if wb < 0 or wc < 0 or wb + wc > 1:
                continue
            z = az + wb * bz + wc * cz
            if z > depth[j, i]:
                depth[j, i] = z
                owner[j, i] = name
                weights[j, i, 0] = wb
                weights[j, i, 1] = wc
