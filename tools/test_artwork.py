"""Tests of the specification of the pictures: python3 -m unittest discover tools"""

import json
import pathlib
import unittest
import xml.etree.ElementTree

import artwork

VECTORS = pathlib.Path(__file__).parent.parent / "sync-server" / "tests" / "vectors" / "artwork.json"


class Artwork(unittest.TestCase):
    def test_the_vectors_that_the_server_is_held_to_are_of_this_specification(self):
        self.assertEqual(artwork.vectors(), json.loads(VECTORS.read_text(encoding="utf-8")))

    def test_every_picture_is_well_formed_and_holds_no_text_and_nothing_from_outside(self):
        for kind in artwork.KINDS:
            for number in range(20):
                picture = artwork.artwork(f"event {number}", kind)
                tags = {element.tag.split("}")[1] for element in xml.etree.ElementTree.fromstring(picture).iter()}
                self.assertLessEqual(tags, {"svg", "g", "rect", "circle", "ellipse", "path"})
                self.assertNotIn("href", picture)
                self.assertLess(len(picture), 30_000)


if __name__ == "__main__":
    unittest.main()
