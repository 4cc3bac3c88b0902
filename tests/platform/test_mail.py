"""Mail of a platform on one machine: in a folder that the log names, with links that work."""

import json
from pathlib import Path

import pytest

from deploy.local.platform import Platform
from tests.platform.people import guest, register
from tests.support.mail_folder import MailFolder, plain

pytestmark = pytest.mark.asyncio(loop_scope="session")


def folder(platform: Platform) -> MailFolder:
    """The folder that the log of accounts names."""
    lines = [json.loads(line) for line in platform.logs("accounts") if line.startswith("{")]
    (named,) = {line["folder"] for line in lines if line["event"] == "mail_goes_to_a_folder"}
    return MailFolder(Path(named))


async def test_whoever_registers_confirms_by_the_mail_in_the_folder(platform: Platform) -> None:
    async with guest(platform) as visitor:
        email = await register(visitor)
        mail = folder(platform)
        link = await mail.link(email, "/verify-email")
        assert f"http://localhost:{platform.port('gateway')}{link}" in plain(mail.to(email)[0])
        assert "not confirmed yet" in (await visitor.get("/account")).text
        opened = await visitor.get(link)
        assert opened.status_code == 200
        done = await visitor.post("/verify-email", data={"token": link.partition("token=")[2]})
        assert done.status_code == 200
        assert "not confirmed yet" not in (await visitor.get("/account")).text
    assert any("mail_filed" in line for line in platform.logs("accounts"))
    assert not any(email in line for line in platform.logs("accounts"))
