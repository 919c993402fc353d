"""Every problem that Parley can answer with, for the pages that explain them; found in the code by `make schemas`."""

import json
from collections.abc import Mapping
from importlib.resources import files

PROBLEMS: Mapping[str, tuple[int, str]] = {
    code: (said["status"], "\n".join(said["sentences"])) for code, said in json.loads(files("parley").joinpath("problems.json").read_text("utf-8")).items()
}
"""By code: the status, and what to do; one line for each way in which it is said. Words in braces are filled in."""
