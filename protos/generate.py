"""Generate the Python stubs of every contract into ``protos/gen``.

Run by ``make protos``; with ``--check`` nothing is written and the exit status
says whether the committed stubs are what the contracts generate.
"""

import argparse
import filecmp
import shutil
import sys
import tempfile
from importlib import resources
from pathlib import Path

from grpc_tools import protoc

PROTOS = Path(__file__).resolve().parent
COMMITTED = PROTOS / "gen"


def generate(target: Path) -> None:
    """Write stubs for every ``.proto`` below ``protos/codingahead`` to *target*."""
    target.mkdir(parents=True, exist_ok=True)
    sources = sorted(
        str(path.relative_to(PROTOS)) for path in PROTOS.glob("codingahead/**/*.proto")
    )
    well_known = resources.files("grpc_tools") / "_proto"
    plugins = f"--plugin=protoc-gen-mypy={Path(sys.executable).parent / 'protoc-gen-mypy'}"
    plugins_grpc = (
        f"--plugin=protoc-gen-mypy_grpc={Path(sys.executable).parent / 'protoc-gen-mypy_grpc'}"
    )
    status = protoc.main(
        [
            "protoc",
            f"--proto_path={PROTOS}",
            f"--proto_path={well_known}",
            plugins,
            plugins_grpc,
            f"--python_out={target}",
            f"--grpc_python_out={target}",
            f"--mypy_out=quiet:{target}",
            f"--mypy_grpc_out=quiet:{target}",
            *sources,
        ]
    )
    if status != 0:
        raise SystemExit("protos: protoc failed; mend the contract it names above")
    package = target / "codingahead"
    (package / "py.typed").touch()
    for folder in [package, *(path for path in package.rglob("*") if path.is_dir())]:
        (folder / "__init__.py").touch()
    # Contracts without a service get an empty gRPC module; nobody needs it.
    for stub in package.rglob("events_pb2_grpc.py*"):
        stub.unlink()


def files_below(folder: Path) -> set[Path]:
    """The generated files below *folder*, relative to it."""
    return {
        path.relative_to(folder)
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def drift(fresh: Path) -> list[str]:
    """Name each file in which the committed stubs differ from *fresh* ones."""
    names = files_below(fresh) | files_below(COMMITTED)
    return sorted(
        str(name)
        for name in names
        if not (fresh / name).exists()
        or not (COMMITTED / name).exists()
        or not filecmp.cmp(fresh / name, COMMITTED / name, shallow=False)
    )


def main() -> None:
    """Generate, or compare with what is committed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check: bool = parser.parse_args().check
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / "gen"
        generate(fresh)
        if check:
            if stale := drift(fresh):
                raise SystemExit(
                    f"protos: committed stubs differ from the contracts in {', '.join(stale)}; "
                    "run `make protos` and commit the result"
                )
            return
        shutil.rmtree(COMMITTED, ignore_errors=True)
        shutil.copytree(fresh, COMMITTED)


if __name__ == "__main__":
    main()
