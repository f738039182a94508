"""Execute a notebook, each claim of its text at its place: `python -m tests.run_notebook copy.ipynb folder`.

It writes the outputs into the file and prints the claims that do not hold, as a JSON list of sentences. It
runs in a process of its own: the event loop and the sockets between nbclient and the kernel raise warnings
that depend on the versions of zmq and tornado, and none of them is about this project.
"""

import ast
import json
import sys

import matplotlib.font_manager  # noqa: F401  (lists the fonts at its first import ever, and would say so)
import nbformat
from nbclient import NotebookClient

from tests.claims import Claim, claims_in, holds


def run(path: str, folder: str) -> list[str]:
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": folder}}
    # without the time at which each cell ran, which would be committed with it
    client = NotebookClient(notebook, timeout=600, resources=resources, record_timing=False)
    broken = []
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                client.execute_cell(cell, index)
            else:
                broken += [f"{cell.id}: {problem}" for problem in problems(client, cell.source)]
        client.set_widgets_metadata()
    nbformat.write(notebook, path)
    return broken


def problems(client: NotebookClient, text: str) -> list[str]:
    """The claims of a cell that do not hold now, in words."""
    found = []
    for claim in claims_in(text):
        good, result = asked(client, claim)
        if not good:
            found.append(f"it says {claim.words!r}, but {claim.expression} is {result}")
    return found


def asked(client: NotebookClient, claim: Claim) -> tuple[bool, str]:
    """Whether a claim holds, and what its expression gave; no cell is counted for it."""
    message = client.kc.execute("", silent=True, user_expressions={"claim": f"({claim.expression})"})
    reply = client.wait_for_reply(message)["content"]["user_expressions"]["claim"]
    if reply["status"] == "error":
        return False, f"{reply['ename']}: {reply['evalue']}"
    text = reply["data"]["text/plain"]
    return holds(claim, read(text)), text


def read(text: str) -> object:
    """A string or a truth value as the kernel writes it, numpy's too; None for anything else."""
    try:
        result = ast.literal_eval(text.removeprefix("np.").rstrip("_") if text.startswith("np.") else text)
    except (SyntaxError, ValueError):
        return None
    return result if isinstance(result, str | bool) else None


if __name__ == "__main__":
    print(json.dumps(run(*sys.argv[1:])))
