#!/usr/bin/env python3
"""Artwork of an event, drawn from nothing but its id and its kind: the specification of sync-server/src/artwork.

artwork(event_id, kind) -> SVG text. No clock, no randomness: seed = FNV-1a 32 of the id, then mulberry32,
read in a fixed order, every number rounded to one decimal. The server must give the same bytes.

    python3 tools/artwork.py ID KIND > art.svg     (kinds: concert theatre sport expo club musique humour)
    python3 tools/artwork.py --vectors > sync-server/tests/vectors/artwork.json
"""
import hashlib
import json
import math
import sys

W, H = 800, 1000

# Films: ground, deep, ink A, ink B, light. Chosen by hand so that every pair works.
FILMS = {
    "laser": ("#150a3f", "#33209a", "#ff5a36", "#7d6cff", "#ffe9dc"),
    "sodium": ("#1d0b24", "#5a1f52", "#ff7a3c", "#ffc15e", "#fff0d4"),
    "canal": ("#04202f", "#0b4a66", "#29cfc0", "#8fe9ff", "#eefcf4"),
    "pelouse": ("#06231a", "#0d5138", "#2fbf71", "#d3ef63", "#f7f6e4"),
    "prusse": ("#081647", "#173aa6", "#3f78ff", "#a9c8ff", "#f5ecdc"),
    "velours": ("#27040f", "#6d0a2b", "#e02850", "#ff9d78", "#ffe9d8"),
    "aurore": ("#0a1040", "#2c2f9a", "#4fe0b0", "#8577ff", "#effbf4"),
    "craie": ("#14122b", "#37345f", "#ff6038", "#4a63ff", "#f3ecdd"),
}
USUAL = {
    "concert": ("laser", "aurore", "sodium", "canal"),
    "theatre": ("velours", "sodium", "craie"),
    "sport": ("pelouse", "prusse", "craie"),
    "expo": ("prusse", "craie", "canal", "sodium"),
    "club": ("aurore", "laser", "canal"),
    "musique": ("sodium", "canal", "prusse", "velours"),
    "humour": ("craie", "sodium", "laser"),
}


def stream(event_id):
    h = 0x811C9DC5
    for b in event_id.encode():
        h = ((h ^ b) * 0x01000193) & 0xFFFFFFFF

    def draw():
        nonlocal h
        h = (h + 0x6D2B79F5) & 0xFFFFFFFF
        t = h
        t = ((t ^ (t >> 15)) * (t | 1)) & 0xFFFFFFFF
        t ^= (t + ((t ^ (t >> 7)) * (t | 61))) & 0xFFFFFFFF
        return ((t ^ (t >> 14)) & 0xFFFFFFFF) / 4294967296

    return draw


def n(x):
    return f"{round(x, 1):g}"


def concert(r, f):
    """Interference: rings of two sources, the moiré is the music."""
    ax, ay = 150 + 220 * r(), 210 + 180 * r()
    bx, by = 470 + 240 * r(), 560 + 200 * r()
    step, ph = 34 + 12 * r(), 6.28 * r()
    out = []
    for (cx, cy), ink, turn, reach in (((ax, ay), f[2], 0, 760), ((bx, by), f[3], 1.7, 600)):
        g = []
        for i in range(1, int(reach / step)):
            w = step * (0.09 + 0.62 * abs(math.sin(i * 0.37 + ph + turn)) ** 1.5) * (1 - 0.45 * i * step / reach)
            g.append(f'<circle cx="{n(cx)}" cy="{n(cy)}" r="{n(i * step)}" stroke-width="{n(w)}"/>')
        out.append(f'<g fill="none" stroke="{ink}" style="mix-blend-mode:screen">{"".join(g)}</g>')
    out.append(f'<circle cx="{n(ax)}" cy="{n(ay)}" r="{n(step * 2.2)}" fill="{f[4]}"/>')
    return "".join(out)


def theatre(r, f):
    """A curtain of pleats, and beams that cross before the stage."""
    out, x, ph = [], 0.0, 6.28 * r()
    i = 0
    while x < W:
        w = 9 + 17 * (1 + math.sin(i * 0.62 + ph)) / 2
        if i % 2:
            out.append(f'<rect x="{n(x)}" y="0" width="{n(w)}" height="790" fill="{f[1]}"/>')
        x += w
        i += 1
    out.append(f'<rect y="790" width="{W}" height="210" fill="{f[0]}"/>')
    foot = 400 + 120 * (r() - 0.5)
    beams = [(60 + 120 * r(), f[2], 190), (620 + 120 * r(), f[3], 165)]
    for sx, ink, half in beams:
        off = (400 - sx) * 0.1
        out.append(
            f'<g style="mix-blend-mode:screen" fill="{ink}">'
            f'<path d="M{n(sx - 16)} -10H{n(sx + 16)}L{n(foot + off + half)} 846H{n(foot + off - half)}Z" opacity=".82"/>'
            f'<ellipse cx="{n(foot + off)}" cy="846" rx="{half}" ry="54"/></g>'
        )
    out.append(f'<ellipse cx="{n(foot)}" cy="846" rx="96" ry="27" fill="{f[4]}"/>')
    out.append(f'<path d="M{n(foot - 9)} 846L{n(foot - 15)} 700Q{n(foot)} 672 {n(foot + 15)} 700L{n(foot + 9)} 846Z" fill="{f[0]}"/>')
    out.append(f'<circle cx="{n(foot)}" cy="664" r="15" fill="{f[0]}"/>')
    return "".join(out)


def sport(r, f):
    """The pitch from the roof: mown bands, chalk, and the path of one ball."""
    turn = -14 - 18 * r()
    if r() > 0.5:
        turn = -turn
    out = [f'<g transform="rotate({n(turn)} 400 500)">']
    out.append(f'<rect x="-400" y="-400" width="1600" height="1800" fill="{f[1]}"/>')
    for i in range(0, 12, 2):
        out.append(f'<rect x="-400" y="{-400 + i * 150}" width="1600" height="150" fill="{f[2]}"/>')
    c = f'fill="none" stroke="{f[4]}" stroke-width="9"'
    out.append(f'<path d="M-400 500H1200" {c}/><circle cx="400" cy="500" r="176" {c}/><circle cx="400" cy="500" r="15" fill="{f[4]}"/>')
    out.append(f'<path d="M30 -400V1500M770 -400V1500" {c}/><path d="M170 1100V905H630V1100M170 -100V95H630V-100" {c}/>')
    out.append(f'<path d="M300 905A130 96 0 0 1 500 905M300 95A130 96 0 0 0 500 95" {c}/></g>')
    bx, by = 520 + 130 * r(), 190 + 150 * r()
    out.append(
        f'<path d="M{n(70 + 60 * r())} 860Q{n(180 + 120 * r())} {n(330 + 90 * r())} {n(bx)} {n(by)}" fill="none" '
        f'stroke="{f[3]}" stroke-width="13" stroke-linecap="round" stroke-dasharray="1 38"/>'
        f'<ellipse cx="{n(bx + 26)}" cy="{n(by + 42)}" rx="58" ry="50" fill="{f[0]}" opacity=".5"/><circle cx="{n(bx)}" cy="{n(by)}" r="56" fill="{f[3]}"/>'
    )
    return "".join(out)


def expo(r, f):
    """Tiles hung edge to edge; one stays empty, as on a wall."""
    s, out = 200, []
    empty = int(20 * r())
    for k in range(20):
        x, y = (k % 4) * s, (k // 4) * s
        a = 90 * int(4 * r())
        form = int(6 * r())
        bg, fg = ((f[0], f[2]), (f[1], f[3]), (f[2], f[4]), (f[4], f[1]), (f[0], f[4]), (f[1], f[2]))[int(6 * r())]
        out.append(f'<g transform="rotate({a} {x + 100} {y + 100})"><rect x="{x}" y="{y}" width="201" height="201" fill="{bg if k != empty else f[0]}"/>')
        if k == empty:
            out.append("</g>")
            continue
        if form == 0:
            d = f'<path d="M{x} {y}H{x + s}A{s} {s} 0 0 1 {x} {y + s}Z" fill="{fg}"/>'
        elif form == 1:
            d = f'<path d="M{x} {y}A100 100 0 0 0 {x + s} {y}Z" fill="{fg}"/><path d="M{x} {y + 100}A100 100 0 0 0 {x + s} {y + 100}Z" fill="{fg}"/>'
        elif form == 2:
            d = f'<circle cx="{x + 100}" cy="{y + 100}" r="72" fill="{fg}"/>'
        elif form == 3:
            d = f'<path d="M{x} {y}H{x + s}L{x} {y + s}Z" fill="{fg}"/>'
        elif form == 4:
            d = "".join(
                f'<path d="M{x + q} {y}A{q} {q} 0 0 1 {x} {y + q}" fill="none" stroke="{fg}" stroke-width="22"/>' for q in (45, 98, 151)
            )
        else:
            d = "".join(f'<rect x="{x}" y="{y + 12 + j * 50}" width="{s}" height="25" fill="{fg}"/>' for j in range(4))
        out.append(d + "</g>")
    return "".join(out)


def club(r, f):
    """A wall of lamps, lit by two waves."""
    p1, p2 = 6.28 * r(), 6.28 * r()
    k1, k2, slant = 0.26 + 0.12 * r(), 0.2 + 0.14 * r(), 0.5 + 0.6 * r()
    rows = {}
    for j in range(25):
        for i in range(20):
            v = (math.sin(i * k1 + j * slant * k2 + p1) + math.sin(math.hypot(i - 9.5, j - 9) * 0.52 + p2)) / 2
            q = max(0, min(7, int((v + 1) * 4)))
            rows.setdefault(q, []).append(f"M{20 + i * 40} {20 + j * 40}h0")
    out = []
    for q in sorted(rows):
        ink = f[1] if q < 2 else f[3] if q < 4 else f[2] if q < 7 else f[4]
        out.append(f'<path d="{"".join(rows[q])}" stroke="{ink}" stroke-width="{n(7 + q * 4.4)}" stroke-linecap="round"/>')
    return "".join(out)


def musique(r, f):
    """Strings: two sheaves of lines and the curve they draw together."""
    out = []
    cx, cy = 250 + 300 * r(), 300 + 200 * r()
    out.append(f'<circle cx="{n(cx)}" cy="{n(cy)}" r="{n(150 + 60 * r())}" fill="{f[2]}"/>')
    for ink, flip in ((f[3], 0), (f[4], 1)):
        a, b, bend = 120 + 300 * r(), 380 + 380 * r(), 200 + 260 * r()
        d = []
        for i in range(46):
            t = i / 45
            x0, x1 = -80 + 960 * t, a + (b - a) * (1 - t)
            y1 = 120 + bend * t
            if flip:
                x0, x1 = W - x0, W - x1
            d.append(f"M{n(x0)} 1010Q{n((x0 + x1) / 2 + (60 if flip else -60))} {n(760 - 190 * t)} {n(x1)} {n(y1)}L{n(x1 + (x1 - 400) * 0.7)} -20")
        out.append(f'<path d="{"".join(d)}" fill="none" stroke="{ink}" stroke-width="3.2" opacity="{".95" if not flip else ".75"}"/>')
    return "".join(out)


def humour(r, f):
    """Voices: stacks of arcs that answer each other."""
    out = []
    cells = [(0, -100), (400, -100), (0, 300), (400, 300), (0, 700), (400, 700)]
    inks = (f[2], f[3], f[4])
    for i, (x, y) in enumerate(cells):
        a, c = 90 * int(4 * r()), int(3 * r())
        out.append(f'<g transform="rotate({a} {x + 200} {y + 200})"><rect x="{x}" y="{y}" width="401" height="401" fill="{f[1] if (i + i // 2) % 2 else f[0]}"/>')
        for q in range(4):
            rad = 190 - q * 52
            out.append(f'<path d="M{x + 200 - rad} {y + 400}A{rad} {rad} 0 0 1 {x + 200 + rad} {y + 400}Z" fill="{inks[(c + q) % 3] if q % 2 == 0 else f[0]}"/>')
        out.append("</g>")
    return "".join(out)


KINDS = {"concert": concert, "theatre": theatre, "sport": sport, "expo": expo, "club": club, "musique": musique, "humour": humour}


def artwork(event_id, kind):
    r = stream(event_id)
    names = USUAL[kind]
    f = FILMS[names[int(r() * len(names))]]
    body = KINDS[kind](r, f)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {W} {H}" preserveAspectRatio="xMidYMid slice">'
        f'<g style="isolation:isolate"><rect width="{W}" height="{H}" fill="{f[0]}"/>{body}</g></svg>'
    )


def vectors():
    """One picture of each kind in full, and the SHA-256 of many more."""
    seen = "0197e2a0-0000-7000-8000-000000000001"
    ids = [f"0197e2a0-0000-7000-8000-{i:012x}" for i in range(60)] + ["", "mirabelle", "Étoile 93", "🎹"]
    return {
        "pictures": [{"id": seen, "kind": kind, "svg": artwork(seen, kind)} for kind in KINDS],
        "digests": [
            {"id": i, "kind": kind, "sha256": hashlib.sha256(artwork(i, kind).encode()).hexdigest()} for kind in KINDS for i in ids
        ],
    }


if __name__ == "__main__":
    if sys.argv[1:] == ["--vectors"]:
        json.dump(vectors(), sys.stdout, indent=1, ensure_ascii=False)
        print()
    else:
        print(artwork(sys.argv[1], sys.argv[2]))
