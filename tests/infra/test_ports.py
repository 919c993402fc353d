"""Clusters that start side by side must not get one port twice, or one would answer for the other."""

import subprocess
import sys

from infra.native.kafka import free_ports

MANY = 400  # of 12,000: chosen without regard to each other, some would be the same
ASK = f"from infra.native.kafka import free_ports; print(*free_ports({MANY}))"


def test_no_port_is_given_twice_within_a_process_or_to_another() -> None:
    ours = free_ports(MANY)
    asked = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    theirs = [int(port) for port in asked.stdout.split()]
    assert len({*ours, *theirs}) == 2 * MANY
