"""Which of the official General Equivalence Mappings are read: the newest of each direction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lookup.build.official import gem
from lookup.build.official.gem import GemFile
from lookup.build.official.official_file import OfficialFile


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping as shipped and as read."""

    file: OfficialFile
    gem: GemFile

    def concerns(self, system: str) -> bool:
        """Whether it maps to or from *system*."""
        return system in (self.gem.source_system, self.gem.target_system)


def newest_mappings(files: Sequence[OfficialFile], warn: Callable[[str], None]) -> list[Mapping]:
    """The newest mapping of each direction in *files*; older ones are told to *warn*.

    Raises:
        SourceError: when a file is not whole, or two are of the same direction and year.
    """
    newest: dict[tuple[str, str], Mapping] = {}
    read = [Mapping(file, gem.read(file)) for file in files]
    for mapping in sorted(read, key=lambda one: (one.gem.year, one.file.name), reverse=True):
        direction = (mapping.gem.source_system, mapping.gem.target_system)
        held = newest.setdefault(direction, mapping)
        if held is mapping:
            continue
        if held.gem.year == mapping.gem.year:
            raise held.file.fault(
                None,
                f"is of the same year and direction as {mapping.file.name}; keep one of them",
            )
        warn(
            f"{mapping.file.name}: it maps as {held.file.name} does, which is of the newer year "
            f"{held.gem.year}"
        )
    return [newest[direction] for direction in sorted(newest)]
