"""Stripe's own library for Node drives the double and judges signatures: python3 -m unittest discover tools

`npm ci` puts the library (tools/stripe/package-lock.json) into a folder of its own, once; without a way to the package
index these tests are skipped.
"""

import json
import re
import shutil
import socket
import subprocess
import unittest

import test_stripe

SECRET = "whsec_node"
SOURCES = test_stripe.ROOT / "tools" / "stripe"
VECTORS = test_stripe.ROOT / "sync-server" / "tests" / "vectors" / "stripe-signatures.json"


def library():
    """The folder with the library, in which its scripts run."""
    lock = (SOURCES / "package-lock.json").read_text()
    version = json.loads(lock)["packages"]["node_modules/stripe"]["version"]
    folder = test_stripe.TARGET / f"node-stripe-{version}"
    if not (folder / "node_modules" / "stripe").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ["package.json", "package-lock.json"]:
            shutil.copy(SOURCES / name, folder / name)
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise unittest.SkipTest(f"the library can't be installed: {done.stderr[-300:]}")
    return folder


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Node(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if shutil.which("node") is None:
            raise unittest.SkipTest("there is no node")
        cls.folder = library()

    def node(self, script, *arguments):
        command = ["node", str(SOURCES / script), *arguments]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=60)

    def test_the_library_drives_the_double(self):
        if not test_stripe.DOUBLE.exists():
            self.skipTest(f"{test_stripe.DOUBLE} is not built")
        port = free_port()
        webhook = ["--webhook", f"http://127.0.0.1:{port}/", "--webhook-secret", SECRET]
        command = [test_stripe.DOUBLE, "--listen", "127.0.0.1:0", *webhook]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as double:
            try:
                base = double.stdout.readline().split()[-1]
                driven = self.node("drive.mjs", base, str(port), SECRET)
            finally:
                double.terminate()
        self.assertEqual(driven.returncode, 0, driven.stdout + driven.stderr)
        self.assertRegex(driven.stdout, re.compile(r"^# pass 4$", re.M))

    def test_the_vectors_of_signatures_are_what_the_library_says(self):
        made = self.node("signatures.mjs")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertEqual(json.loads(made.stdout), json.loads(VECTORS.read_text()))


if __name__ == "__main__":
    unittest.main()
