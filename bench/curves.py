"""Curves as one SVG picture, readable on light and dark paper, of nothing but lines and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

#: Of each curve in turn, on light and on dark paper; a dash as well, so that no colour is needed to tell them apart.
COLOURS = (
    ("#0b5fa5", "#6cb6ff"), ("#b3441e", "#ff9a70"), ("#1d7a46", "#5fd08f"), ("#7a3fa0", "#d3a1f5"),
    ("#8a6a00", "#e3c04b"), ("#a3195b", "#ff8fbd"), ("#00767a", "#4fd1d6"), ("#4d5663", "#b4bdc9"),
    ("#1c1c1c", "#f5f5f5"),
)  # fmt: skip
DASHES = ("", "7 3", "2 3", "9 3 2 3", "5 5", "", "7 3", "2 3", "1 4")
WIDTH, LEFT, RIGHT, TOP, BOTTOM = 480, 52, 98, 34, 40
TALL, LOW, BETWEEN = 360, 190, 13
A_COLUMN = 2


@dataclass(frozen=True)
class Curve:
    """A line and its name; one figure for each place of its panel."""

    name: str
    figures: Sequence[float]


@dataclass(frozen=True)
class Panel:
    """Curves over the same places. `is_log`: the figures' axis counts tenfolds, else it begins at zero."""

    title: str
    along: str
    places: Sequence[float]
    curves: Sequence[Curve]
    is_log: bool


def picture(panels: Sequence[Panel]) -> str:
    """Panels from top to bottom in columns of two."""
    columns = [panels[at : at + A_COLUMN] for at in range(0, len(panels), A_COLUMN)]
    heights = [TALL, LOW]
    width, height = WIDTH * len(columns), sum(heights)
    pieces = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"',
        'font-family="system-ui, sans-serif" font-size="12">',
        f"<title>{escape('; '.join(f'{panel.title}, by {panel.along}' for panel in panels))}</title>",
        _style(),
        f'<rect class="paper" width="{width}" height="{height}"/>',
    ]
    for place, column in enumerate(columns):
        down = 0
        for panel, tall in zip(column, heights, strict=False):
            pieces += [f'<g transform="translate({place * WIDTH} {down})">', *_Drawn(panel, tall).pieces(), "</g>"]
            down += tall
    return "\n".join([*pieces, "</svg>", ""])


def _style() -> str:
    light = "".join(f".c{n}{{stroke:{one}}}.t{n}{{fill:{one}}}" for n, (one, _) in enumerate(COLOURS))
    dark = "".join(f".c{n}{{stroke:{one}}}.t{n}{{fill:{one}}}" for n, (_, one) in enumerate(COLOURS))
    return (
        "<style>.paper{fill:#fffefa}text{fill:#24211c}.grid{stroke:#24211c;stroke-opacity:.15}"
        f".line{{fill:none;stroke-width:2}}.title{{font-weight:600;font-size:13px}}{light}"
        "@media (prefers-color-scheme:dark){.paper{fill:#24211c}text{fill:#f4f0e6}.grid{stroke:#f4f0e6}"
        f"{dark}}}</style>"
    )


class _Drawn:
    def __init__(self, panel: Panel, tall: int) -> None:
        self.panel, self.tall = panel, tall
        everything = [figure for curve in panel.curves for figure in curve.figures]
        if panel.is_log:
            self.low, self.high = floor(log10(min(everything))), ceil(log10(max(everything)))
            self.marks = [10.0**power for power in range(self.low, self.high + 1)]
        else:
            step = 10 ** floor(log10(max(everything)))
            steps = ceil(max(everything) / step)
            self.low, self.high = 0, steps * step
            self.marks = [float(step * one) for one in range(steps + 1)]

    def pieces(self) -> list[str]:
        right, bottom = WIDTH - RIGHT, self.tall - BOTTOM
        pieces = [f'<text class="title" x="{LEFT}" y="20">{escape(self.panel.title)}</text>']
        for mark in self.marks:
            y = self._y(mark)
            pieces.append(f'<path class="grid" d="M{LEFT} {y}H{right}"/>')
            pieces.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{mark:g}</text>')
        for place in self.panel.places:
            x = self._x(place)
            pieces.append(f'<path class="grid" d="M{x} {TOP}V{bottom}"/>')
            pieces.append(f'<text x="{x}" y="{bottom + 16}" text-anchor="middle">{place:,}</text>')
        pieces.append(
            f'<text x="{(LEFT + right) / 2}" y="{bottom + 32}" text-anchor="middle">{escape(self.panel.along)}</text>'
        )
        names = self._places_of_names()
        for number, curve in enumerate(self.panel.curves):
            points = " ".join(
                f"{self._x(place)},{self._y(figure)}"
                for place, figure in zip(self.panel.places, curve.figures, strict=True)
            )
            dash = f' stroke-dasharray="{DASHES[number]}"' if DASHES[number] else ""
            pieces.append(f'<polyline class="line c{number}" points="{points}"{dash}/>')
            pieces.append(
                f'<text class="t{number}" x="{right + 8}" y="{names[number] + 4:.1f}">{escape(curve.name)}</text>'
            )
        return pieces

    def _x(self, place: float) -> float:
        first, last = log10(self.panel.places[0]), log10(self.panel.places[-1])
        part = 0.5 if first == last else (log10(place) - first) / (last - first)
        return round(LEFT + part * (WIDTH - RIGHT - LEFT), 1)

    def _y(self, figure: float) -> float:
        value = log10(figure) if self.panel.is_log else figure
        part = (value - self.low) / ((self.high - self.low) or 1)
        return round(self.tall - BOTTOM - part * (self.tall - BOTTOM - TOP), 1)

    def _places_of_names(self) -> list[float]:
        """Where each curve's name stands: at its end, or as far below its neighbour as words need."""
        order = sorted(range(len(self.panel.curves)), key=lambda n: self._y(self.panel.curves[n].figures[-1]))
        places = [0.0] * len(order)
        lowest = self.tall - BOTTOM - BETWEEN * (len(order) - 1)
        last = -1e9
        for turn, number in enumerate(order):
            wanted = self._y(self.panel.curves[number].figures[-1])
            last = max(min(wanted, lowest + BETWEEN * turn), last + BETWEEN)
            places[number] = last
        return places
