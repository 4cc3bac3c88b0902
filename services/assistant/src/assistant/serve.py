"""One assistant process: its parts made and joined."""

from assistant import catalog
from assistant.answerer import Answerer
from assistant.api import SERVICE, AssistantApi
from assistant.catalog import Lookup
from assistant.settings import AssistantSettings
from codingahead.assistant.v1 import assistant_pb2_grpc
from servicekit.grpc_client import open_channel
from servicekit.lifecycle import Process


async def serve(settings: AssistantSettings) -> None:
    """Serve until stopped. Ready while lookup answers."""
    async with Process("assistant", settings) as process:
        channel = open_channel(settings.lookup_target, settings, idempotent=[catalog.SERVICE])
        process.on_close(channel.close)
        lookup = Lookup(channel, process.readiness, seconds=settings.lookup_seconds)
        process.background("lookup", lookup.watch)

        api = AssistantApi(Answerer(lookup, seconds=settings.answer_seconds))
        await process.serve_grpc(
            SERVICE,
            lambda server: assistant_pb2_grpc.add_AssistantServiceServicer_to_server(api, server),
        )
        await process.run_until_stopped()
