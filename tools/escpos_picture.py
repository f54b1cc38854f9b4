#!/usr/bin/env python3
"""What a receipt printer would put on its paper, written from the published list of ESC/POS commands.

    python3 tools/escpos_picture.py scanner-app/tests/golden/print/receipt-80-fr.escpos > receipt.svg

A command that this reader doesn't know ends the reading: a printer would print its bytes as letters. The paper is an SVG, one
unit a dot: letters stand in their cells, pictures are embedded, a code that the printer draws itself is drawn if Python has
the package `qrcode` and is a frame with its text if not.
"""
import base64
import html
import pathlib
import struct
import sys
import zlib

CELL = (12, 24)
LINE = 30
CODE_PAGES = {0: "cp437", 16: "cp1252", 19: "cp858"}


class Unknown(Exception):
    """A byte that begins no command that this reader knows."""


class Line:
    """Letters of one line: (text, width factor, height factor, bold, white on black)."""

    def __init__(self, runs, align):
        self.runs, self.align = runs, align

    @property
    def text(self):
        return "".join(run[0] for run in self.runs)

    @property
    def wide(self):
        return sum(len(run[0]) * CELL[0] * run[1] for run in self.runs)

    @property
    def tall(self):
        return max([LINE] + [LINE + CELL[1] * (run[2] - 1) for run in self.runs])


class Picture:
    """Rows of packed dots."""

    def __init__(self, each, rows, align):
        self.each, self.rows, self.align = each, rows, align

    @property
    def wide(self):
        return self.each * 8


class Code:
    """What the printer encodes itself."""

    def __init__(self, data, module, level, align):
        self.data, self.module, self.level, self.align = data, module, level, align


class Cut:
    pass


class Reader:
    def __init__(self, data, dots):
        self.data, self.at, self.dots = data, 0, dots
        self.found, self.runs, self.codes = [], [], {}
        self.reset()

    def reset(self):
        self.page, self.align, self.bold, self.size, self.inverse = "cp437", 0, False, (1, 1), False

    def take(self, count=1):
        if self.at + count > len(self.data):
            raise Unknown(f"the bytes end within a command at {self.at}")
        self.at += count
        return self.data[self.at - count : self.at]

    def read(self):
        commands = {
            b"\x1b@": self.initialize, b"\x1bt": self.code_page, b"\x1ba": self.alignment, b"\x1bE": self.emphasis,
            b"\x1bp": lambda: self.take(3), b"\x1d!": self.letter_size, b"\x1dB": self.white_on_black, b"\x1dV": self.cut,
            b"\x1dv": self.raster, b"\x1d(": self.symbol, b"\x1c.": lambda: None,
        }
        while self.at < len(self.data):
            byte = self.take()
            if byte == b"\n":
                self.found.append(Line(self.runs, self.align))
                self.runs = []
            elif byte in (b"\x1b", b"\x1d", b"\x1c"):
                command = byte + self.take()
                if command not in commands:
                    raise Unknown(f"{command!r} at {self.at - 2}")
                commands[command]()
            elif byte >= b" " and byte != b"\x7f":
                self.letter(byte)
            else:
                raise Unknown(f"{byte!r} at {self.at - 1}")
        if self.runs:
            raise Unknown("letters without the end of their line: a printer keeps them")
        return self.found

    def letter(self, byte):
        style = (*self.size, self.bold, self.inverse)
        text = byte.decode(self.page)
        if self.runs and self.runs[-1][1:] == style:
            self.runs[-1] = (self.runs[-1][0] + text, *style)
        else:
            self.runs.append((text, *style))
        if Line(self.runs, 0).wide > self.dots:
            raise Unknown(f"a line that is wider than the paper: {Line(self.runs, 0).text!r}")

    def initialize(self):
        self.reset()

    def code_page(self):
        self.page = CODE_PAGES[self.take()[0]]

    def alignment(self):
        self.align = self.take()[0]

    def emphasis(self):
        self.bold = bool(self.take()[0] & 1)

    def letter_size(self):
        size = self.take()[0]
        self.size = ((size >> 4) + 1, (size & 15) + 1)

    def white_on_black(self):
        self.inverse = bool(self.take()[0] & 1)

    def cut(self):
        if self.take()[0] in (65, 66):
            self.take()
        self.found.append(Cut())

    def raster(self):
        if self.take(2) not in (b"0\x00",):
            raise Unknown("a picture that is not of plain size")
        each, rows = struct.unpack("<HH", self.take(4))
        if each * 8 > self.dots:
            raise Unknown(f"a picture of {each * 8} dots on {self.dots}")
        data = self.take(each * rows)
        self.found.append(Picture(each, [data[i * each : (i + 1) * each] for i in range(rows)], self.align))

    def symbol(self):
        if self.take() != b"k":
            raise Unknown("GS ( of something else than a symbol")
        (length,) = struct.unpack("<H", self.take(2))
        body = self.take(length)
        if body[:1] != b"1":
            raise Unknown("a symbol that is no QR code")
        if body[1:2] == b"P":
            self.codes["data"] = body[3:].decode("ascii")
        elif body[1:2] == b"Q":
            self.found.append(Code(self.codes["data"], self.codes["C"], self.codes["E"], self.align))
        else:
            self.codes[body[1:2].decode()] = body[2]


def read(data, dots):
    """Everything that comes onto the paper, from the top."""
    return Reader(data, dots).read()


def png(rows, width):
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    # In PNG's grey of one bit, 1 is white.
    lines = b"".join(b"\0" + bytes(255 - byte for byte in row) for row in rows)
    head = struct.pack(">IIBBBBB", width, len(rows), 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def place(align, wide, dots):
    return {0: 0, 1: (dots - wide) // 2, 2: dots - wide}[align]


def draw_line(line, dots, y):
    parts, x = [], place(line.align, line.wide, dots)
    for text, wide, high, bold, inverse in line.runs:
        width, height = CELL[0] * wide, CELL[1] * high
        if inverse:
            parts.append(f'<rect x="{x}" y="{y}" width="{width * len(text)}" height="{height}"/>')
        fill = "#fff" if inverse else "#000"
        for letter in text:
            base = y + height * 0.78
            parts.append(
                f'<text transform="translate({x + width / 2} {base}) scale({wide} {high})" fill="{fill}"'
                f' font-weight="{"bold" if bold else "normal"}">{html.escape(letter)}</text>'
            )
            x += width
    return parts


def draw_picture(rows, wide, align, dots, y):
    data = base64.b64encode(png(rows, wide)).decode()
    at = place(align, wide, dots)
    return (
        f'<image x="{at}" y="{y}" width="{wide}" height="{len(rows)}" style="image-rendering:pixelated"'
        f' href="data:image/png;base64,{data}"/>'
    )


def draw_code(code, dots, y):
    try:
        import qrcode
    except ImportError:
        wide = 37 * code.module
        at = place(code.align, wide, dots)
        frame = f'<rect x="{at}" y="{y}" width="{wide}" height="{wide}" fill="none" stroke="#000"/>'
        return [frame, f'<text x="{at + wide / 2}" y="{y + wide / 2}">QR</text>'], wide
    levels = {48: qrcode.ERROR_CORRECT_L, 49: qrcode.ERROR_CORRECT_M, 50: qrcode.ERROR_CORRECT_Q, 51: qrcode.ERROR_CORRECT_H}
    made = qrcode.QRCode(error_correction=levels[code.level], border=0)
    made.add_data(code.data)
    made.make()
    matrix = made.get_matrix()
    wide = len(matrix) * code.module
    at = place(code.align, wide, dots)
    dark = [(row, column) for row, cells in enumerate(matrix) for column, cell in enumerate(cells) if cell]
    path = "".join(f"M{at + c * code.module} {y + r * code.module}h{code.module}v{code.module}h-{code.module}z" for r, c in dark)
    return [f'<path d="{path}"/>'], wide


def svg(found, dots):
    """The paper, cut where it is cut."""
    parts, y, margin = [], 20, 32
    for item in found:
        if isinstance(item, Line):
            parts += draw_line(item, dots, y)
            y += item.tall
        elif isinstance(item, Picture):
            parts.append(draw_picture(item.rows, item.wide, item.align, dots, y))
            y += len(item.rows)
        elif isinstance(item, Code):
            drawn, tall = draw_code(item, dots, y)
            parts += drawn
            y += tall
        else:
            y += 40
            parts.append(f'<path d="M-{margin} {y}h{dots + 2 * margin}" stroke="#999" stroke-dasharray="8 8"/>')
            y += 20
    size = f'width="{dots + 2 * margin}" height="{y}" viewBox="-{margin} 0 {dots + 2 * margin} {y}"'
    style = 'font-family="DejaVu Sans Mono, monospace" font-size="19" text-anchor="middle"'
    ground = f'<rect x="-{margin}" width="{dots + 2 * margin}" height="{y}" fill="#fff"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>{ground}{"".join(parts)}</svg>\n'


def main():
    path = pathlib.Path(sys.argv[1])
    dots = 384 if "58" in path.name else 576
    sys.stdout.write(svg(read(path.read_bytes(), dots), dots))


if __name__ == "__main__":
    main()
