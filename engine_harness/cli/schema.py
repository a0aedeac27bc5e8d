"""`run-harness schema`: the JSON Schemas by which an editor completes and checks manifests."""

from __future__ import annotations

import click

from engine_harness.cli.options import CONTEXT

__all__ = ["schema_command", "schema_text"]


@click.command(context_settings=CONTEXT, options_metavar="[FLAGS]")
@click.argument("kind", metavar="[KIND]", required=False)
def schema_command(kind: str | None) -> int:
    """Write a JSON Schema (draft 2020-12) to standard output.

    KIND is `timeline` (one scenario with that driver) or `project` (harness.toml). Without it the
    schema is that of every manifest, bundles included.

    Editors that know YAML take it from a comment in the first line of a manifest:

    \b
      # yaml-language-server: $schema=../../manifest.schema.json

    \b
    Example:
      run-harness schema > manifest.schema.json
    """  # noqa: D301 - click wants the character itself
    import sys

    sys.stdout.write(schema_text(kind))
    return 0


def schema_text(kind: str | None) -> str:
    """Return the schema of `kind`, or of all manifests, as it is written."""
    import json

    from engine_harness.manifest.schema.root import schema_of
    from engine_harness.plan.macros import macro_registry

    options = {name: macro.options for name, macro in macro_registry().items()}
    return json.dumps(schema_of(kind, options), indent=2, sort_keys=True) + "\n"
