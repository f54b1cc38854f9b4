"""The face of titles, made smaller at development time: nothing is set in it below 600.

    python3 -m venv v && v/bin/pip install fonttools brotli
    npm pack @fontsource-variable/archivo@5.3.0 @fontsource-variable/instrument-sans@5.3.0    # and unpack both
    v/bin/python make.py ARCHIVO/files INSTRUMENT_SANS/files

Instrument Sans is used as it comes.
"""
import pathlib
import shutil
import sys

from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

HERE = pathlib.Path(__file__).parent


def main(archivo, instrument_sans):
    font = TTFont(pathlib.Path(archivo) / "archivo-latin-standard-normal.woff2")
    font = instancer.instantiateVariableFont(font, {"wght": (600, 900)})
    font.flavor = "woff2"
    font.save(HERE / "archivo.woff2")
    shutil.copy(pathlib.Path(instrument_sans) / "instrument-sans-latin-wght-normal.woff2", HERE / "instrument-sans.woff2")


main(*sys.argv[1:])
