"""Tests of the second reader: python3 -m unittest discover tools"""

import hashlib
import json
import pathlib
import unittest

import journal_reader as reader

VECTORS = pathlib.Path(__file__).parent.parent / "shared" / "tests" / "vectors"


def load(name):
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


class Ed25519(unittest.TestCase):
    def test_signature_of_rfc_8032_section_7_1_test_2(self):
        key = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        signature = bytes.fromhex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        )
        self.assertTrue(reader.is_key(key))
        self.assertTrue(reader.signature_holds(key, b"\x72", signature))
        self.assertFalse(reader.signature_holds(key, b"\x73", signature))

    def test_s_is_accepted_in_one_form_only(self):
        vector = load("envelopes.json")["valid"][0]
        data, key = bytes.fromhex(vector["envelope"]), bytes.fromhex(vector["key"])
        s = int.from_bytes(data[-32:], "little") + reader.ORDER
        reader.check_signature(data, key)
        with self.assertRaisesRegex(reader.Refused, "bad_signature"):
            reader.check_signature(data[:-32] + s.to_bytes(32, "little"), key)

    def test_the_eight_points_of_small_order_are_no_keys(self):
        # y of the points of order 1, 2, 4 and 8, each with both signs where there are two.
        eighth = int.from_bytes(
            bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
        )
        points = [1, reader.P - 1, 0, 1 << 255]
        points += [y | sign << 255 for y in (eighth, reader.P - eighth) for sign in (0, 1)]
        for point in points:
            data = point.to_bytes(32, "little")
            self.assertIsNotNone(reader.read_point(data))
            self.assertFalse(reader.is_key(data))


class GoldenVectors(unittest.TestCase):
    def test_every_envelope_comes_out_as_it_says(self):
        vectors = load("envelopes.json")
        self.assertGreaterEqual(len(vectors["valid"]), 20)
        self.assertGreaterEqual(len(vectors["invalid"]), 20)
        self.assertEqual(list(reader.check_vectors(vectors)), [])

    def test_every_journal_gets_the_report_that_the_door_gives(self):
        journals = load("journals.json")["journals"]
        self.assertGreaterEqual(len(journals), 20)
        for vector in journals:
            with self.subTest(vector["name"]):
                self.assertEqual(reader.verify_file(vector["text"]), vector["report"])

    def test_a_first_line_that_is_no_json_is_a_problem_of_the_file(self):
        for line in ("[" * 100_000, '{"format": NaN}', '{"event": "", "event": ""}', "\ufeff{}"):
            self.assertEqual(reader.verify_file(line)["problem"], {"line": 1, "code": "header"})

    def test_a_wrong_vector_is_noticed(self):
        vectors = load("envelopes.json")
        vectors["valid"][0]["fact"]["hlc"] += 1
        vectors["valid"][1]["hash"] = hashlib.sha256().hexdigest()
        vectors["invalid"][0]["error"] = "trailing"
        vectors["invalid"].append({**vectors["valid"][2], "error": "trailing"})
        self.assertEqual(len(list(reader.check_vectors(vectors))), 4)


if __name__ == "__main__":
    unittest.main()
