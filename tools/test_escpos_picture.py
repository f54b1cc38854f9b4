"""Tests of the second reader of receipt printers' bytes: python3 -m unittest discover tools"""

import pathlib
import unittest
import xml.etree.ElementTree

import escpos_picture as reader

GOLDEN = pathlib.Path(__file__).parent.parent / "scanner-app" / "tests" / "golden" / "print"


def kept(name):
    return (GOLDEN / f"{name}.escpos").read_bytes()


def dots(path):
    return 384 if "58" in path.name else 576


def lines(found):
    return [item.text.rstrip() for item in found if isinstance(item, reader.Line)]


class EscPos(unittest.TestCase):
    def test_every_kept_file_is_read_to_its_end_and_is_cut(self):
        files = sorted(GOLDEN.glob("*.escpos"))
        self.assertGreaterEqual(len(files), 10)
        for path in files:
            with self.subTest(path.name):
                found = reader.read(path.read_bytes(), dots(path))
                self.assertIsInstance(found[-1], reader.Cut)
                xml.etree.ElementTree.fromstring(reader.svg(found, dots(path)))

    def test_a_french_receipt_says_what_was_sold_and_what_the_state_gets_of_it(self):
        for name, wide in (("receipt-80-fr", 576), ("receipt-58-fr", 384)):
            text = "\n".join(lines(reader.read(kept(name), wide)))
            for part in ("Compagnie des Îles & Cie", "TOTAL TTC", "90,00 €", "5,5 %", "4,69 €", "Rendu", "4711 - 9f9f9f9f"):
                self.assertIn(part, text, name)

    def test_an_amount_ends_at_the_papers_edge(self):
        for name, letters in (("receipt-80-fr", 48), ("receipt-58-fr", 32)):
            total = [line for line in lines(reader.read(kept(name), letters * 12)) if line.startswith("TOTAL")]
            self.assertEqual([len(line) for line in total], [letters])

    def test_a_duplicate_says_so_at_both_ends_and_an_original_nowhere(self):
        duplicate = [line for line in lines(reader.read(kept("receipt-80-en"), 576)) if "DUPLICATE" in line]
        self.assertEqual(len(duplicate), 2)
        self.assertNotIn("DUPLICATA", "\n".join(lines(reader.read(kept("receipt-80-fr"), 576))))

    def test_the_printers_code_is_the_195_digits_of_a_ticket_at_level_m(self):
        (code,) = [item for item in reader.read(kept("ticket-58-fr"), 384) if isinstance(item, reader.Code)]
        self.assertEqual((len(code.data), code.data.isdigit(), code.level), (195, True, ord("1")))

    def test_our_code_is_37_modules_of_whole_dots(self):
        pictures = [item for item in reader.read(kept("ticket-80-fr"), 576) if isinstance(item, reader.Picture)]
        rows = [row for picture in pictures for row in picture.rows]
        self.assertEqual((len(rows), pictures[0].wide), (37 * 8, 37 * 8))
        for module in range(37):
            self.assertEqual(len(set(rows[module * 8 : module * 8 + 8])), 1)
        # The finder in the upper left corner: a dark row of seven modules, then a light one.
        self.assertEqual(rows[0][:8], b"\xff" * 7 + b"\0")

    def test_a_name_in_another_alphabet_comes_as_a_picture(self):
        plain = [i for i in reader.read(kept("ticket-80-fr"), 576) if isinstance(i, reader.Picture)]
        drawn = [i for i in reader.read(kept("ticket-80-free-fr"), 576) if isinstance(i, reader.Picture)]
        self.assertEqual(len(drawn), len(plain) + 1)

    def test_an_unknown_command_ends_the_reading(self):
        for data in (b"\x1b@\x1bZ", b"\x1bt", b"\x07", b"no end of line"):
            with self.assertRaises(reader.Unknown):
                reader.read(data, 576)


if __name__ == "__main__":
    unittest.main()
