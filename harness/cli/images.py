"""`magibench images list|build|check`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sandboxes.imaging.check import Check

ALL = "all"
MEMORY_MIB = 2048
"""MiB of the sandboxes that check images: as much as a language may ask for."""


@click.group()
def images() -> None:
    """List, build and check the sandboxes' images: one per language."""


@images.command("list")
@click.option("--json", "as_json", is_flag=True, help="Write the list as JSON to stdout.")
def list_command(as_json: bool) -> None:
    """List every image: whether it is built, what it holds, what it costs.

    Size and version are those of the image where it is built, else what it took elsewhere. Nothing is built.
    """
    import msgspec

    from harness.display import show_json, show_table
    from sandboxes.engine import connect
    from sandboxes.errors import EngineUnavailable
    from sandboxes.images import list_images

    problem = ""
    try:
        client = connect()
    except EngineUnavailable as error:
        client, problem = None, f"{error.message} What is built can't be said."
    found = list_images(client)
    if as_json:
        show_json([msgspec.to_builtins(image) for image in found])
    else:
        table = [
            [
                image.name,
                "yes" if image.present else "no" if client else "?",
                f"{image.size / 1e6:.0f}" if image.present else f"~{image.cost_mb}",
                f"~{image.cost_s}",
                image.version or image.title,
            ]
            for image in found
        ]
        show_table("", ["image", "built", "MB", "seconds", "version"], table, right=[2, 3])
    if problem:
        click.secho(problem, err=True, fg="yellow")


@images.command("build")
@click.argument("names", nargs=-1, required=True, metavar="NAME... | all")
def build_command(names: tuple[str, ...]) -> None:
    """Build images that are missing or out of date, one after another.

    A build that fails names its step; the others are still built, and the exit status is then 2.
    """
    from sandboxes.engine import connect
    from sandboxes.errors import ImageError, MagibenchError
    from sandboxes.images import ensure_image, image_names

    chosen = _chosen(names, image_names())
    client = connect()
    failed = []
    for name in chosen:
        try:
            image = ensure_image(client, name, lambda line: click.echo(line, err=True))
        except MagibenchError as error:
            click.secho(f"{name}: {error.message}", err=True, fg="red")
            click.echo(f"  → {error.remedy}", err=True)
            failed.append(name)
            continue
        click.echo(f"{image.name}\t{image.size / 1e6:.0f} MB\t{image.version}\t{image.tag}")
    if failed:
        raise ImageError(f"Not built: {', '.join(failed)}.", "The lines above say why.")


@images.command("check")
@click.argument("names", nargs=-1, required=True, metavar="NAME... | all")
@click.option("--json", "as_json", is_flag=True, help="Write the results as JSON to stdout.")
def check_command(names: tuple[str, ...], as_json: bool) -> None:
    """Run a program that is right and one that is wrong in each image's sandbox.

    `all` means every image that is built; one that is named and isn't is built first. The exit status is 1 if one
    doesn't end as it should.
    """
    import asyncio

    import msgspec

    from harness.display import show_json, show_table

    results = asyncio.run(_check(names))
    if as_json:
        show_json([msgspec.to_builtins(result) for result in results])
    else:
        table = [
            [r.image, r.program, "ok" if r.ok else "NOT OK", f"{r.compile_cpu_s:.2f}", f"{r.run_cpu_s:.2f}", r.detail]
            for r in results
        ]
        show_table("", ["image", "program", "", "compile s", "run s", "it"], table, right=[3, 4])
    sys.exit(0 if all(result.ok for result in results) else 1)


async def _check(names: tuple[str, ...]) -> list[Check]:
    """Check images in one sandbox, one after another."""
    from sandboxes.contract import Limits
    from sandboxes.engine import connect
    from sandboxes.images import image_names, list_images
    from sandboxes.imaging.check import check
    from sandboxes.pool import DockerPool

    built = {image.name for image in list_images(connect()) if image.present} if ALL in names else set()
    chosen = [name for name in _chosen(names, image_names()) if ALL not in names or name in built]
    pool: Any = DockerPool(1, limits=Limits(memory_mib=MEMORY_MIB))
    results: list[Check] = []
    try:
        for name in chosen:
            click.echo(f"checking {name}", err=True)
            of_image = await check(pool, name)
            if not of_image:
                click.secho(f"{name} has no programs to check it by (check/ in its folder)", err=True, fg="yellow")
            results += of_image
    finally:
        await pool.close()
    return results


def _chosen(names: tuple[str, ...], known: list[str]) -> list[str]:
    """Return the images meant by names, aliases or `all`.

    Raises:
        UnknownName: there is no such image.
    """
    from harness.errors import UnknownName
    from sandboxes.images import image_of

    if ALL in names:
        return known
    chosen = []
    for name in names:
        image = image_of(name) or name
        if image not in known:
            raise UnknownName("image", name, [*known, ALL], "magibench images list")
        chosen.append(image)
    return chosen
