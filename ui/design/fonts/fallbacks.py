"""What stands in until our faces are there: a system's own face at our faces' measures, so that nothing moves when they come.

    v/bin/python fallbacks.py LIBERATION ROBOTO DEJAVU > ../fallbacks.css    # folders of .ttf; Liberation Sans has Arial's measures

A face of titles stands in for a stretch of widths, measured in its middle. Only for the letters that our faces have: all others are the
system's own at their own size.
"""
import pathlib
import sys

from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

HERE = pathlib.Path(__file__).parent
# How often letters come in what stands on the pages: French and German, roughly.
LETTERS = dict(zip("esnairtuldomcpghvbfqzykwjx", (15, 8, 8, 8, 7, 7, 7, 5, 5, 4, 4, 3, 3, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)))
LETTERS |= {" ": 16} | dict.fromkeys("0123456789", 1) | dict.fromkeys("ABCDELMNPRSTV", 1)
# Names as the systems know them, regular and bold. Each costs a look among the system's faces before the page is drawn.
SYSTEMS = {
    "Arial": (["Arial", "Liberation Sans"], ["Arial Bold", "Liberation Sans Bold"]),
    "Roboto": (["Roboto"], ["Roboto Bold"]),
    "DejaVu": (["DejaVu Sans"], ["DejaVu Sans Bold"]),
}
FILES = {
    "Arial": ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    "Roboto": ("Roboto-Regular.ttf", "Roboto-Bold.ttf"),
    "DejaVu": ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
}
WIDTHS = {"62% 84%": 75, "84% 108%": 96, "108% 125%": 119}


def ours(name, axes):
    font = TTFont(HERE / name)
    font.flavor = None
    return instancer.instantiateVariableFont(font, axes)


def width(font):
    cmap, advances = font.getBestCmap(), font["hmtx"]
    total = sum(advances[cmap[ord(letter)]][0] * often for letter, often in LETTERS.items())
    return total / sum(LETTERS.values()) / font["head"].unitsPerEm


def face(family, names, system, own, ranges):
    ratio = width(own) / width(system)
    units, lines = own["head"].unitsPerEm, own["hhea"]
    share = lambda value: f"{100 * value / units / ratio:.1f}%"
    sources = ", ".join(f'local("{name}")' for name in names)
    print(
        f'@font-face {{ font-family: "{family}"; src: {sources}; {ranges} unicode-range: U+0-24F, U+2000-206F, U+20AC; size-adjust: {100 * ratio:.1f}%; '
        f"ascent-override: {share(lines.ascent)}; descent-override: {share(-lines.descent)}; line-gap-override: {share(lines.lineGap)}; }}"
    )


def main(*folders):
    print("/* What stands in until our faces are there: made by fonts/fallbacks.py. */")
    for (system, (regular, bold)), folder in zip(SYSTEMS.items(), folders):
        files = [TTFont(pathlib.Path(folder) / name) for name in FILES[system]]
        for stretch, wdth in WIDTHS.items():
            own = ours("archivo.woff2", {"wdth": wdth, "wght": 740})
            face(f"Archivo {system}", bold, files[1], own, f"font-weight: 600 900; font-stretch: {stretch};")
        text = ours("instrument-sans.woff2", {"wght": 400})
        face(f"Instrument {system}", regular, files[0], text, "font-weight: 400 540;")
        text = ours("instrument-sans.woff2", {"wght": 600})
        face(f"Instrument {system}", bold, files[1], text, "font-weight: 541 700;")


main(*sys.argv[1:])
