"""Pictures of growth: lines over two logarithmic scales, as SVG that reads on light and dark pages."""

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10
from pathlib import Path

PICTURES = Path(__file__).resolve().parents[2] / "docs/benchmarks"
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 360, 70, 170, 40, 50
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd")


def draw(name: str, title: str, across: str, up: str, lines: Mapping[str, Sequence[tuple[float, float]]]) -> None:
    """Write `docs/benchmarks/<name>.svg` with one line for each entry; all numbers are above zero."""
    every = [point for line in lines.values() for point in line]
    left, right = floor(log10(min(x for x, _ in every))), max(1, ceil(log10(max(x for x, _ in every))))
    low, high = floor(log10(min(y for _, y in every))), ceil(log10(max(y for _, y in every)))
    high = max(high, low + 1)

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            LEFT + (log10(x) - left) / (right - left) * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - (log10(y) - low) / (high - low) * (HEIGHT - TOP - BOTTOM),
        )

    made = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="22" font-size="15">{escape(title)}</text>',
    ]
    for power in range(left, right + 1):
        x, _ = place(10**power, 10**low)
        made += [
            f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}" stroke="#dddddd"/>',
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{_said(power)}</text>',
        ]
    for power in range(low, high + 1):
        _, y = place(10**left, 10**power)
        made += [
            f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#dddddd"/>',
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_said(power)}</text>',
        ]
    made += [
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">{escape(across)}</text>',
        f'<text transform="translate(16 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">{escape(up)}</text>',
    ]
    for number, (label, line) in enumerate(lines.items()):
        colour, points = COLOURS[number % len(COLOURS)], [place(x, y) for x, y in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        made.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        made += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        made.append(f'<text x="{WIDTH - RIGHT + 12}" y="{TOP + 14 + 18 * number}" fill="{colour}">{escape(label)}</text>')
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / f"{name}.svg").write_text("\n".join([*made, "</svg>", ""]), encoding="utf-8")


def _said(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10**power:.{-power}f}"
