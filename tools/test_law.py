"""law.py finds what a document promises and nobody tests."""

import pathlib
import tempfile
import unittest

import law

ROWS = """
| Rule | What does it | Test |
| --- | --- | --- |
| Numbers | a series | `takings::numbers_are_unbroken`, `and_kept` |
| Attestation | a template; a lawyer signs | none |
"""


class Law(unittest.TestCase):
    def test_rules_and_their_tests_are_read_from_tables_only(self):
        text = f"`prose` names nothing.\n{ROWS}"
        self.assertEqual(list(law.rules(text)), [("Numbers", ["takings::numbers_are_unbroken", "and_kept"]), ("Attestation", [])])

    def test_a_rule_that_names_nothing_and_does_not_say_so_is_refused(self):
        with self.assertRaises(law.Unclear):
            list(law.rules("| Rule | What | see above |\n"))

    def test_a_name_that_is_no_function_is_told(self):
        told = list(law.missing(law.rules(ROWS), {"numbers_are_unbroken"}))
        self.assertEqual(told, ["Numbers: there is no test and_kept; was it renamed?"])

    def test_a_test_that_did_not_run_or_failed_is_told_and_a_longer_name_is_another_test(self):
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder, "tests.log")
            log.write_text("test takings::numbers_are_unbroken ... ok\ntest never_and_kept ... ok\ntest and_kept ... FAILED\n")
            ran = law.passed([log])
        told = list(law.missing(law.rules(ROWS), {"numbers_are_unbroken", "and_kept"}, ran))
        self.assertEqual(told, ["Numbers: and_kept did not run, or failed"])

    def test_tests_of_the_tools_count_too(self):
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder, "tools.log")
            log.write_text("test_a_flipped_byte (test_reader.Reader.test_a_flipped_byte) ... ok\n")
            self.assertEqual(law.passed([log]), {"test_a_flipped_byte"})


if __name__ == "__main__":
    unittest.main()
