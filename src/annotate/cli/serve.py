"""`annotate serve`."""

from __future__ import annotations

import os
from ipaddress import ip_address
from typing import Annotated

import typer

from annotate.cli.app import app
from annotate.cli.options import Labels, Lang, Languages, OnlyPatterns, Patterns, Region, options_of, pipeline_of, split
from annotate.cli.say import note, stop


@app.command("serve")
def serve_command(
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where to listen; 0.0.0.0 lets other machines in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="The port; 0 for any free one.")] = 8080,
    workers: Annotated[
        int, typer.Option(metavar="N", min=0, help="How many processes annotate, 2 at least; 0: one for each core.")
    ] = 0,
    requests: Annotated[
        int, typer.Option(metavar="N", min=1, help="How many requests may be inside; more are told to come again.")
    ] = 64,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, help="Give a text up that takes longer.")
    ] = 30.0,
    max_body: Annotated[
        int, typer.Option(metavar="BYTES", min=1000, help="How large a body, or a line of a stream, may be.")
    ] = 10_000_000,
    lang: Lang = None,
    region: Region = None,
    languages: Languages = None,
    labels: Labels = None,
    patterns: Patterns = None,
    only_patterns: OnlyPatterns = False,
) -> None:
    """Annotate over HTTP, for programs in other languages. On this machine alone, unless --host says otherwise.

    \b
    Examples:
      annotate serve
      curl -H 'content-type: application/json' -d '{"text": "Since 2008."}' localhost:8080/annotate
    """
    try:
        import uvicorn

        from annotate.serve.app import Limits, application
    except ImportError as error:
        from annotate.extras import install_command

        stop(f"serving needs {error.name}; {install_command('serve')}")
    chosen = {"languages": split(languages), "labels": split(labels)}
    options = options_of(patterns, only_patterns, lang=lang, region=region, **chosen)
    pipeline_of(options)
    limits = Limits(body=max_body, requests=requests, seconds=timeout)
    service = application(options, workers=workers or os.cpu_count() or 1, limits=limits, local=_is_local(host))
    config = uvicorn.Config(
        service,
        host=host,
        port=port,
        log_level="warning",
        timeout_graceful_shutdown=int(timeout) + 5,
        server_header=False,
    )
    server = uvicorn.Server(config)
    try:
        socket = config.bind_socket()
    except SystemExit:
        stop(f"{host}:{port} cannot be listened at; another program may be there: choose a --port, or 0 for any")
    shown = f"[{host}]" if ":" in host else host
    note(f"http://{shown}:{socket.getsockname()[1]}   (/docs shows how to ask; Ctrl+C ends)")
    server.run([socket])


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
