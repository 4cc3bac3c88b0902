"""``python -m lookup`` serves; ``python -m lookup catalog build`` makes what is served."""

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from lookup.serve import serve
from lookup.settings import LookupSettings
from servicekit import lifecycle
from servicekit.settings import load_settings

type Command = Callable[[argparse.Namespace, LookupSettings], int]


def main() -> None:
    """Read the command line and the environment, and do what they say."""
    arguments = _parser().parse_args()
    settings = load_settings(LookupSettings)
    command: Command | None = getattr(arguments, "run", None)
    if command is None:
        lifecycle.run(serve, settings)
    else:
        raise SystemExit(command(arguments, settings))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lookup", description=__doc__)
    commands = parser.add_subparsers()
    catalog = _group(commands, "catalog", "work on the catalogs in LOOKUP_CATALOG_DIR")
    build = catalog.add_parser("build", help="build a catalog and make it current")
    build.add_argument(
        "--from",
        dest="official",
        type=Path,
        metavar="FOLDER",
        help="read the official files in FOLDER, not in LOOKUP_OFFICIAL_DIR; "
        "they go before the installed packages",
    )
    build.set_defaults(run=_build)
    fetch = catalog.add_parser("fetch", help="download official files from listed addresses")
    fetch.add_argument("--sources", type=Path, default=Path("deploy/sources.yaml"), metavar="FILE")
    fetch.add_argument(
        "--into", type=Path, metavar="FOLDER", help="where to; LOOKUP_OFFICIAL_DIR if not said"
    )
    fetch.set_defaults(run=_fetch)
    catalog.add_parser("list", help="list the catalogs; the current one is marked").set_defaults(
        run=_list
    )

    content = _group(commands, "content", "work on editors' texts")
    check = content.add_parser("check", help="say what is wrong with a pack of texts")
    check.add_argument("folder", type=Path)
    check.set_defaults(run=_check)
    take = content.add_parser("import", help="take a pack of texts into the catalog")
    take.add_argument("folder", type=Path)
    take.set_defaults(run=_import)
    remove = content.add_parser("remove", help="take an imported pack out again")
    remove.add_argument("name")
    remove.set_defaults(run=_remove)

    licence = _group(commands, "licence", "the licence under which CPT content may be loaded")
    add = licence.add_parser("add", help="record the licence")
    add.add_argument("--holder", required=True)
    add.add_argument("--agreement", required=True, help="reference of the agreement")
    add.add_argument("--release-year", required=True, type=int, help="CPT release it covers")
    add.add_argument("--user-cap", required=True, type=int, help="users it allows")
    add.add_argument("--accepted-by", required=True, help="who accepted it for the holder")
    add.add_argument("--accepted-on", type=date.fromisoformat, help="when; today if not said")
    add.set_defaults(run=_add_licence)
    licence.add_parser("show", help="print the record").set_defaults(run=_show_licence)
    licence.add_parser("remove", help="forget the licence").set_defaults(run=_remove_licence)
    return parser


def _group(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, what: str
) -> "argparse._SubParsersAction[argparse.ArgumentParser]":
    return commands.add_parser(name, help=what).add_subparsers(required=True, metavar="command")


# Imports stand in the commands: what builds read is not installed where the service runs.


def _build(arguments: argparse.Namespace, settings: LookupSettings) -> int:
    from lookup.build.command import build_command

    official: Path | None = arguments.official
    if official is None and settings.official_dir.is_dir():
        kept = (entry for entry in settings.official_dir.iterdir() if entry.name[0] != ".")
        official = settings.official_dir if any(kept) else None
    return build_command(settings.catalog_dir, official, settings.site_name)


def _fetch(arguments: argparse.Namespace, settings: LookupSettings) -> int:
    from lookup.fetch.command import fetch_command

    return fetch_command(arguments.sources, arguments.into or settings.official_dir)


def _list(_arguments: argparse.Namespace, settings: LookupSettings) -> int:
    from lookup.build.command import list_command

    return list_command(settings.catalog_dir)


def _check(arguments: argparse.Namespace, _settings: LookupSettings) -> int:
    from lookup.packs.command import check_command

    return check_command(arguments.folder)


def _import(arguments: argparse.Namespace, settings: LookupSettings) -> int:
    from lookup.build.content_commands import import_command

    return import_command(settings.catalog_dir, arguments.folder, settings.site_name)


def _remove(arguments: argparse.Namespace, settings: LookupSettings) -> int:
    from lookup.build.content_commands import remove_command

    return remove_command(settings.catalog_dir, arguments.name, settings.site_name)


def _add_licence(arguments: argparse.Namespace, settings: LookupSettings) -> int:
    from lookup.cpt.licence import CptLicence
    from lookup.cpt.record import add_command

    licence = CptLicence(
        holder=arguments.holder,
        agreement=arguments.agreement,
        release_year=arguments.release_year,
        user_cap=arguments.user_cap,
        accepted_by=arguments.accepted_by,
        accepted_on=arguments.accepted_on or datetime.now(UTC).date(),
    )
    return add_command(settings.catalog_dir, licence)


def _show_licence(_arguments: argparse.Namespace, settings: LookupSettings) -> int:
    from lookup.cpt.record import show_command

    return show_command(settings.catalog_dir)


def _remove_licence(_arguments: argparse.Namespace, settings: LookupSettings) -> int:
    from lookup.cpt.record import remove_command

    return remove_command(settings.catalog_dir)


if __name__ == "__main__":
    main()
