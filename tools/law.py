#!/usr/bin/env python3
"""Do the tests that docs/LEGAL-FR.md names exist, and did they run?

    law.py DOCUMENT             every test that it names stands in the sources of the folder above
    law.py DOCUMENT --ran LOG…  ... and the logs of the test runners say of each that it passed

A test is named in the last column of a table, in backticks: `the_name_of_its_function`, with as much of its path before it as makes
it one test only. A rule without a test says "none" there, and why in the column before.
"""

import pathlib
import re
import sys

NAME = re.compile(r"`([A-Za-z0-9_:]+)`")
#: What runners print of a test that passed: Rust's, Python's.
PASSED = (re.compile(r"^test (\S+) \.\.\. ok$"), re.compile(r"^(\w+) \(.*\.\.\. ok$"))
SOURCES = ("*.rs", "test_*.py")
SKIPPED = {"target", "node_modules", ".git"}


class Unclear(Exception):
    """The document can't be checked."""


def rules(text):
    """(the rule's first cell, the names in its last cell) of each row of each table."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or len(cells) < 3 or set(cells[0]) <= set("-: "):
            continue
        if cells[-1] in ("Test", "Tests"):
            continue
        names = NAME.findall(cells[-1])
        if not names and cells[-1].lower() != "none":
            raise Unclear(f"the rule {cells[0]!r} names no test, and doesn't say that there is none")
        yield cells[0], names


def functions(root):
    """The names of all functions in the sources."""
    found = set()
    for pattern in SOURCES:
        for path in root.rglob(pattern):
            if not SKIPPED.intersection(path.relative_to(root).parts):
                found.update(re.findall(r"\b(?:fn|def) (\w+)", path.read_text(encoding="utf-8")))
    return found


def passed(logs):
    """The paths of all tests that passed, by the runners' logs."""
    found = set()
    for log in logs:
        for line in pathlib.Path(log).read_text(encoding="utf-8", errors="replace").splitlines():
            found.update(match[1] for match in (pattern.match(line) for pattern in PASSED) if match)
    return found


def missing(named, existing, ran=None):
    """What is wrong, a sentence each."""
    for rule, names in named:
        for name in names:
            if name.split("::")[-1] not in existing:
                yield f"{rule}: there is no test {name}; was it renamed?"
            elif ran is not None and not any(path == name or path.endswith(f"::{name}") for path in ran):
                yield f"{rule}: {name} did not run, or failed"


def main(arguments):
    document, *rest = arguments
    path = pathlib.Path(document).resolve()
    named = list(rules(path.read_text(encoding="utf-8")))
    if not named:
        raise Unclear(f"{document} has no rules")
    ran = passed(rest[1:]) if rest[:1] == ["--ran"] else None
    wrong = list(missing(named, functions(path.parents[1]), ran))
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    tests = sum(len(names) for _, names in named)
    print(f"{len(named)} rules, {tests} tests named, {len(wrong)} of them not found")
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (Unclear, OSError) as error:
        sys.exit(f"law.py: {error}")
