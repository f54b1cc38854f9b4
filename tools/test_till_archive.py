"""Tests of the second reader of archives: python3 -m unittest discover tools"""

import json
import pathlib
import unittest

import till_archive as archive

VECTORS = pathlib.Path(__file__).parent.parent / "shared" / "tests" / "vectors" / "till_archives.json"


class GoldenArchives(unittest.TestCase):
    def setUp(self):
        self.vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
        self.key = bytes.fromhex(self.vectors["key"])

    def test_every_archive_gets_the_report_that_the_till_gives(self):
        self.assertGreaterEqual(len(self.vectors["archives"]), 10)
        self.assertEqual(list(archive.check_vectors(self.vectors)), [])

    def test_a_flipped_byte_is_found_in_its_line(self):
        sound = self.vectors["archives"][0]["text"]
        self.assertTrue(archive.verify(sound, self.key)["sound"])
        lines = sound.split("\n")
        for number, line in enumerate(lines[:-1], 1):
            middle = len(line) // 2
            flipped = line[:middle] + chr(ord(line[middle]) ^ 1) + line[middle + 1 :]
            text = "\n".join([*lines[: number - 1], flipped, *lines[number:]])
            self.assertEqual(archive.verify(text, self.key)["problem"]["line"], number)

    def test_a_wrong_report_is_noticed(self):
        self.vectors["archives"][0]["report"]["sold"] += 1
        self.assertEqual(len(list(archive.check_vectors(self.vectors))), 1)


if __name__ == "__main__":
    unittest.main()
