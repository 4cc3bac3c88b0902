"""An assistant process as it runs in production, for tests that need a whole one."""

import asyncio
import json
import os
import sys
import urllib.error
import urllib.request
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from grpc import aio

from codingahead.assistant.v1 import assistant_pb2 as pb
from codingahead.assistant.v1 import assistant_pb2_grpc
from servicekit.grpc_client import open_channel
from servicekit.settings import ServiceSettings

PUBLIC = ("official_description", "common_language")
ALL = (
    *PUBLIC,
    *("guidelines", "modifiers", "ncci_edits", "crosswalks", "payment", "medicare_coverage"),
    "history_and_related",
)


@dataclass(frozen=True)
class Answer:
    """A whole answer, its pieces sorted by kind."""

    pieces: list[pb.AskResponse]

    @property
    def kinds(self) -> list[str | None]:
        return [piece.WhichOneof("piece") for piece in self.pieces]

    @property
    def states(self) -> list[str]:
        return [piece.status.state for piece in self.pieces if piece.HasField("status")]

    @property
    def evidence(self) -> dict[str, pb.Evidence]:
        return {p.evidence.id: p.evidence for p in self.pieces if p.HasField("evidence")}

    @property
    def sentences(self) -> list[pb.Sentence]:
        return [piece.sentence for piece in self.pieces if piece.HasField("sentence")]

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def done(self) -> pb.Done:
        return self.pieces[-1].done

    @property
    def answered(self) -> bool:
        return self.done.outcome == pb.Done.OUTCOME_ANSWERED


def request(
    question: str, unlocked: Collection[str] = ALL, context: str = "", conversation: str = ""
) -> pb.AskRequest:
    """A question as the gateway asks it."""
    return pb.AskRequest(
        request_id=str(uuid.uuid4()),
        question=question,
        context=pb.Context(system="icd-10-cm", code=context) if context else None,
        conversation_id=conversation,
        unlocked_sections=unlocked,
    )


class AssistantProcess:
    """``python -m assistant`` with an environment of its own."""

    def __init__(self, lookup_target: str, **environment: str) -> None:
        self._environment = {
            **os.environ,
            "ASSISTANT_PORT": "0",
            "ASSISTANT_METRICS_PORT": "0",
            "ASSISTANT_LOOKUP_TARGET": lookup_target,
            **environment,
        }
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._channel: aio.Channel | None = None
        self._changed = asyncio.Event()
        self.lines: list[dict[str, Any]] = []

    async def start(self, *, until: str = "ready") -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "assistant"),
            env=self._environment,
            stderr=asyncio.subprocess.PIPE,
        )
        self._reading = asyncio.create_task(self._read())
        self.listening = await self.logged("listening")
        target = f"127.0.0.1:{self.listening['grpc_port']}"
        self._channel = open_channel(target, ServiceSettings())
        self.stub = assistant_pb2_grpc.AssistantServiceStub(self._channel)
        await self.logged(until)

    async def ask(
        self, question: str, unlocked: Collection[str] = ALL, context: str = ""
    ) -> Answer:
        return await self.send(request(question, unlocked, context))

    async def send(self, message: pb.AskRequest) -> Answer:
        return Answer([piece async for piece in self.stub.Ask(message, timeout=5)])

    async def stop(self) -> int:
        """Ask it to stop; answers its exit code."""
        assert self._process is not None
        self._process.terminate()
        return await self._ended()

    async def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            await self._ended()

    async def run_to_its_end(self) -> tuple[int, str]:
        """Run a process that should refuse to start; answers exit code and standard error."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "assistant"),
            env=self._environment,
            stderr=asyncio.subprocess.PIPE,
        )
        _, err = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode is not None
        return process.returncode, err.decode()

    async def logged(self, event: str, *, after: int = 0, seconds: float = 20.0) -> dict[str, Any]:
        """The first line *event* of the log from the line *after* on."""
        async with asyncio.timeout(seconds):
            while True:
                self._changed.clear()
                for line in self.lines[after:]:
                    if line.get("event") == event:
                        return line
                assert self._process is not None
                assert self._process.returncode is None, self.lines
                await self._changed.wait()

    async def get(self, path: str) -> str:
        return await asyncio.to_thread(self._get, path)

    async def metric(self, name: str) -> float:
        """The sum of the samples whose line starts with *name*."""
        text = await self.get("/metrics")
        values = [line.rsplit(" ", 1) for line in text.splitlines() if line.startswith(name)]
        return sum(float(value) for _, value in values)

    def _get(self, path: str) -> str:
        address = f"http://127.0.0.1:{self.listening['metrics_port']}{path}"
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                text: str = answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                text = error.read().decode()
        return text

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            try:
                self.lines.append(json.loads(line))
            except ValueError:
                self.lines.append({"event": line.decode().strip()})
            self._changed.set()
        self._changed.set()

    async def _ended(self) -> int:
        assert self._process is not None
        if self._channel is not None:
            await self._channel.close()
        async with asyncio.timeout(20):
            code = await self._process.wait()
            if self._reading is not None:
                await self._reading
        self._process = None
        return code
