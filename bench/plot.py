"""Figures as SVG, without a library: ratios of one run as bars on a logarithmic scale, and the history as lines."""

import math
from xml.sax.saxutils import escape

LEFT, WIDTH, ROW, TOP = 250, 520, 30, 46
COLOURS = {"Numba": "#2f6f9f", "C++ as written": "#c47a2c", "by hand": "#6a8f3c"}
LINES = ("#2f6f9f", "#c47a2c", "#6a8f3c", "#8b5a9a", "#b04a4a", "#4a9a94", "#7a7a2c", "#5a6a7a")


def _document(height, parts):
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 60}" height="{height}" '
            'font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n')
    return head + "\n".join(parts) + "\n</svg>\n"


def _text(x, y, text, anchor="start", colour="#222"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'


def _scale(values):
    """A function from ratio to x, and the ratios at which lines are drawn."""
    low = math.floor(math.log2(min([0.5, *values])))
    high = math.ceil(math.log2(max([2.0, *values])))
    return (lambda v: LEFT + WIDTH * (math.log2(v) - low) / (high - low)), [2.0**k for k in range(low, high + 1)]


def _colour(name):
    return next((colour for part, colour in COLOURS.items() if part in name), None)


def ratios(results):
    """How many times as fast pyvm is as each of its peers, kernel by kernel."""
    drawn = []
    for case, rows in results["cases"].items():
        peers = [(row["name"], row["ratio"]["best"]) for row in rows if "ratio" in row and _colour(row["name"])]
        if peers and "error" not in rows[0]:
            drawn.append((case, peers))
    scale, ticks = _scale([value for _, peers in drawn for _, value in peers])
    height = TOP + ROW * len(drawn) + 30
    parts = [_text(LEFT, 18, "pyvm's speed as a multiple of (log scale):")]
    for k, (name, colour) in enumerate(COLOURS.items()):
        parts.append(f'<rect x="{LEFT + 250 + 110 * k}" y="9" width="10" height="10" fill="{colour}"/>')
        parts.append(_text(LEFT + 264 + 110 * k, 18, name))
    for tick in ticks:
        x = scale(tick)
        parts.append(f'<line x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{height - 24}" '
                     f'stroke="{"#444" if tick == 1 else "#ddd"}"/>')
        parts.append(_text(x, height - 8, f"{tick:g}", "middle", "#666"))
    for k, (case, peers) in enumerate(drawn):
        y = TOP + ROW * k
        parts.append(_text(LEFT - 8, y + 14, case, "end"))
        thick = min(8, (ROW - 6) / len(peers))
        for j, (name, value) in enumerate(peers):
            x1, x2 = sorted((scale(1.0), scale(value)))
            parts.append(f'<rect x="{x1:.1f}" y="{y + j * thick:.1f}" width="{max(x2 - x1, 1):.1f}" '
                         f'height="{thick - 1:.1f}" fill="{_colour(name)}"><title>{escape(name)}: {value:.3g}</title></rect>')
    return _document(height, parts)


def trends(runs, cases):
    """Ratios to the C++ loop, a line for each kernel, a column for each run."""
    values = [value for run in runs for value in run["ratios"].values()]
    to_x, ticks = _scale(values)
    height = TOP + 300 + 16 * len(cases)

    def y_of(value):
        return TOP + 280 * (1 - (to_x(value) - LEFT) / WIDTH)

    def x_of(k):
        return LEFT + WIDTH * (k / max(len(runs) - 1, 1))

    parts = [_text(LEFT, 18, "pyvm's speed as a multiple of the C++ loop's, run by run (log scale)")]
    for tick in ticks:
        parts.append(f'<line x1="{LEFT}" y1="{y_of(tick):.1f}" x2="{LEFT + WIDTH}" y2="{y_of(tick):.1f}" '
                     f'stroke="{"#444" if tick == 1 else "#ddd"}"/>')
        parts.append(_text(LEFT - 6, y_of(tick) + 4, f"{tick:g}", "end", "#666"))
    for c, case in enumerate(cases):
        colour = LINES[c % len(LINES)]
        points = [(x_of(k), y_of(run["ratios"][case])) for k, run in enumerate(runs) if case in run["ratios"]]
        parts.append(f'<polyline fill="none" stroke="{colour}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>' for x, y in points]
        parts.append(_text(LEFT, TOP + 312 + 16 * c, case, colour=colour))
    return _document(height, parts)
