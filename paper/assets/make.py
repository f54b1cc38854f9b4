"""The faces that tickets are printed in, made small and static at development time.

    python3 -m venv v && v/bin/pip install fonttools brotli
    npm pack @fontsource-variable/archivo@5.3.0 @fontsource-variable/instrument-sans@5.3.0    # and unpack both
    v/bin/python make.py ARCHIVO/files INSTRUMENT_SANS/files /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf

Latin and Latin Extended of Neo Night's two faces; DejaVu Sans (Debian: fonts-dejavu-core) for every character that they
lack. Hinting goes: paper needs none. The server subsets them once more, to the glyphs of one file.
"""
import pathlib
import sys
import tempfile

from fontTools import subset
from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

HERE = pathlib.Path(__file__).parent
FEATURES = ["kern", "mark", "mkmk", "ccmp", "init", "medi", "fina", "isol", "rlig", "liga", "calt", "locl"]
# What DejaVu Sans is asked for: alphabets left to right and right to left, signs, the emoji that it has.
OTHER = [
    (0x0000, 0x08FF), (0x10A0, 0x10FF), (0x1E00, 0x20CF), (0x2100, 0x215F), (0x2190, 0x21FF), (0x25A0, 0x27BF),
    (0xFB00, 0xFEFF), (0xFFFC, 0xFFFD), (0x1F300, 0x1F6FF),
]


def rename(font, family):
    names = font["name"]
    names.names = [record for record in names.names if record.nameID in (0, 13, 14)]
    for number, value in ((1, family), (2, "Regular"), (4, family), (6, family.replace(" ", "-"))):
        names.setName(value, number, 3, 1, 0x409)


def shrink(font, characters):
    options = subset.Options()
    options.hinting = False
    options.layout_features = FEATURES
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.glyph_names = False
    options.drop_tables += ["FFTM", "DSIG", "STAT", "MVAR", "MATH", "gasp", "prep", "fpgm", "cvt "]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)


def instance(pattern, axes, family, name):
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for part in ("latin", "latin-ext"):
            font = TTFont(str(pattern) % part)
            font.flavor = None
            font = instancer.instantiateVariableFont(font, axes)
            if "STAT" in font:
                del font["STAT"]
            parts.append(f"{folder}/{part}.ttf")
            font.save(parts[-1])
        font = Merger().merge(parts)
        rename(font, family)
        shrink(font, list(font.getBestCmap()))
        font.save(HERE / name)


def main(archivo, instrument_sans, dejavu):
    archivo = pathlib.Path(archivo) / "archivo-%s-standard-normal.woff2"
    instrument_sans = pathlib.Path(instrument_sans) / "instrument-sans-%s-wght-normal.woff2"
    instance(archivo, {"wght": 780, "wdth": 120}, "Archivo Paper Wide", "archivo-wide.ttf")
    instance(archivo, {"wght": 640, "wdth": 75}, "Archivo Paper Narrow", "archivo-narrow.ttf")
    instance(instrument_sans, {"wght": 430}, "Instrument Sans Paper", "instrument-sans.ttf")
    font = TTFont(dejavu)
    rename(font, "DejaVu Sans Paper")
    shrink(font, [code for code in font.getBestCmap() if any(first <= code <= last for first, last in OTHER)])
    font.save(HERE / "dejavu-sans.ttf")


main(*sys.argv[1:])
