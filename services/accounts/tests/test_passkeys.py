"""Passkeys: made for this site, answering what was just asked, and by nobody's copy."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from accounts.credentials import FieldInvalid
from accounts.factors import FactorsFull, FactorUnknown, PasskeyAnswer, ProofRejected
from accounts.registrar import SignedIn
from services.accounts.tests.conftest import Clock
from services.accounts.tests.factor_people import Desk, Person
from services.accounts.tests.passkey_device import PasskeyDevice
from services.accounts.tests.sql import Sql

MINUTE = timedelta(minutes=1)
PHISHING = "https://coding-ahead.example"


async def log_in(desk: Desk, device: PasskeyDevice, **changes: Any) -> SignedIn:
    """Log in with nothing but the passkey."""
    return await desk.second_step.log_in(device.get(await desk.second_step.challenge(), **changes))


async def made(ann: Person, device: PasskeyDevice) -> str:
    """A new passkey as the browser tells it, not kept yet."""
    return device.create(await ann.desk.keeper.passkey_options(ann.id, ann.session))


async def refused(ann: Person, credential: str) -> None:
    with pytest.raises(ProofRejected):
        await ann.desk.keeper.add_passkey(ann.id, ann.session, credential, "")


async def test_a_passkey_alone_logs_in(ann: Person, desk: Desk, clock: Clock) -> None:
    device = await ann.set_up_passkey()
    for _ in range(2):
        clock.pass_by(MINUTE)
        signed_in = await log_in(desk, device)
        assert signed_in.account == ann.signed_in.account
        assert (await desk.doorkeeper.resolve(signed_in.session.token)).account.id == ann.id
    (passkey,) = (await desk.keeper.factors(ann.id)).passkeys
    assert (passkey.name, passkey.used_at) == ("Blue key", clock())
    assert passkey.transports == ("usb",)


async def test_alone_it_must_have_seen_who_its_owner_is(ann: Person, desk: Desk) -> None:
    device = await ann.set_up_passkey(PasskeyDevice(verifies=False))
    with pytest.raises(ProofRejected):
        await log_in(desk, device)


async def test_a_device_that_does_not_count_is_used_again_and_again(
    ann: Person, desk: Desk
) -> None:
    device = await ann.set_up_passkey(PasskeyDevice(counts=False))
    for _ in range(2):
        await log_in(desk, device)


async def test_a_count_that_goes_back_is_refused_and_audited(
    ann: Person, desk: Desk, sql: Sql
) -> None:
    device = await ann.set_up_passkey()
    await log_in(desk, device)
    copy = device.soft.sign_count
    await log_in(desk, device)
    device.soft.sign_count = copy - 1
    with pytest.raises(ProofRejected):
        await log_in(desk, device)
    assert await sql("SELECT account_id, detail FROM audit WHERE act = 'passkey_refused'") == [
        (ann.id, "its count of uses went back")
    ]


async def test_what_is_said_on_another_page_opens_nothing(ann: Person, desk: Desk) -> None:
    device = await ann.set_up_passkey()
    changed: list[dict[str, Any]] = [
        {"origin": PHISHING},
        {"origin": "http://localhost:8001"},
        {"origin": "http://evil.localhost:8000"},
        {"type": "webauthn.create"},
        {"crossOrigin": True},
        {"challenge": bytes_to_base64url(b"c" * 32)},
        {"challenge": ""},
        {"challenge": 7},
    ]
    for changes in changed:
        with pytest.raises(ProofRejected):
            await log_in(desk, device, **changes)
    await log_in(desk, device)


async def test_a_passkey_of_another_site_opens_nothing(ann: Person, desk: Desk) -> None:
    device = await ann.set_up_passkey()
    device.soft.rp_id = "coding-ahead.example"
    with pytest.raises(ProofRejected):
        await log_in(desk, device)


async def test_an_answer_is_good_once_even_sent_twice_at_once(ann: Person, desk: Desk) -> None:
    device = await ann.set_up_passkey(PasskeyDevice(counts=False))
    answer = device.get(await desk.second_step.challenge())
    done = await asyncio.gather(
        *(desk.second_step.log_in(answer) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(it, SignedIn) for it in done) == 1
    assert sum(isinstance(it, ProofRejected) for it in done) == 3


async def test_an_answer_must_come_within_five_minutes(
    ann: Person, desk: Desk, clock: Clock
) -> None:
    device = await ann.set_up_passkey()
    answer = device.get(await desk.second_step.challenge())
    clock.pass_by(5 * MINUTE)
    with pytest.raises(ProofRejected):
        await desk.second_step.log_in(answer)


async def test_a_challenge_is_good_for_what_it_was_given_out_for(ann: Person, desk: Desk) -> None:
    device = await ann.set_up_passkey()
    step = await desk.second_step.look((await ann.log_in()).token, for_passkey=True)
    proof = await desk.reauthentication.ways(ann.id, for_passkey=True)
    for options in (step.passkey_options, proof.passkey_options):
        with pytest.raises(ProofRejected):
            await desk.second_step.log_in(device.get(options))
    alone = await desk.second_step.challenge()
    with pytest.raises(ProofRejected):
        await desk.second_step.finish((await ann.log_in()).token, PasskeyAnswer(device.get(alone)))


async def test_the_passkey_of_one_account_finishes_no_log_in_of_another(
    ann: Person, desk: Desk
) -> None:
    bob = await desk.person("bob@example.org")
    own = await ann.set_up_passkey()
    foreign = await bob.set_up_passkey()
    due = await ann.log_in()
    step = await desk.second_step.look(due.token, for_passkey=True)
    with pytest.raises(ProofRejected):
        await desk.second_step.finish(due.token, PasskeyAnswer(foreign.get(step.passkey_options)))
    # Nor does her own one with what another was asked.
    asked = await desk.second_step.look((await bob.log_in()).token, for_passkey=True)
    with pytest.raises(ProofRejected):
        await desk.second_step.finish(due.token, PasskeyAnswer(own.get(asked.passkey_options)))
    # Nor does it open another account by saying that it were its.
    foreign.soft.user_handle = ann.id.encode()
    with pytest.raises(ProofRejected):
        await log_in(desk, foreign)


async def test_another_key_under_the_same_identifier_opens_nothing(ann: Person, desk: Desk) -> None:
    device = await ann.set_up_passkey()
    forged = PasskeyDevice()
    forged.create(await desk.keeper.passkey_options(ann.id, ann.session))
    forged.soft.credential_id = device.soft.credential_id
    forged.soft.sign_count = 9
    with pytest.raises(ProofRejected):
        await log_in(desk, forged)


async def test_a_passkey_that_was_taken_away_opens_nothing(ann: Person, desk: Desk) -> None:
    device = await ann.set_up_passkey()
    await desk.keeper.remove_passkey(ann.id, ann.session, device.soft.credential_id)
    with pytest.raises(ProofRejected):
        await log_in(desk, device)


async def test_a_passkey_made_on_another_page_is_not_kept(ann: Person) -> None:
    for origin in (PHISHING, "http://localhost", "https://localhost:8000"):
        await refused(ann, await made(ann, PasskeyDevice(origin=origin)))


async def test_a_passkey_made_for_another_site_is_not_kept(ann: Person) -> None:
    device = PasskeyDevice()
    options = json.loads(await ann.desk.keeper.passkey_options(ann.id, ann.session))
    assert options["rp"]["id"] == "localhost"
    options["rp"]["id"] = "coding-ahead.example"
    await refused(ann, device.create(json.dumps(options)))


async def test_a_creation_is_good_once_and_for_its_account(ann: Person, desk: Desk) -> None:
    bob = await desk.person("bob@example.org")
    credential = await made(ann, PasskeyDevice())
    await refused(bob, credential)
    # It was looked at, so it is used up.
    await refused(ann, credential)


async def test_nobody_takes_over_the_identifier_of_anothers_passkey(
    ann: Person, desk: Desk
) -> None:
    bob = await desk.person("bob@example.org")
    device = await ann.set_up_passkey()
    copy = json.loads(await made(bob, thief := PasskeyDevice()))
    attested = base64url_to_bytes(copy["response"]["attestationObject"])
    attested = attested.replace(thief.soft.credential_id, device.soft.credential_id)
    copy["response"]["attestationObject"] = bytes_to_base64url(attested)
    copy["id"] = copy["rawId"] = device.passkey_id
    await refused(bob, json.dumps(copy))
    assert (await log_in(desk, device)).account.id == ann.id


async def test_what_is_no_answer_at_all_is_refused(ann: Person, desk: Desk) -> None:
    for credential in (
        *("", "null", "[]", "{}", '{"response": {}}', "\0", "x" * 30_000, "[" * 15_000),
        '{"rawId": "AAAA", "response": {"clientDataJSON": "bnVsbA"}}',
    ):
        with pytest.raises(ProofRejected):
            await desk.second_step.log_in(credential)
        await refused(ann, credential)


async def test_a_passkey_has_a_name(ann: Person, desk: Desk, clock: Clock) -> None:
    device = await ann.set_up_passkey(name="  ")
    (passkey,) = (await desk.keeper.factors(ann.id)).passkeys
    assert passkey.name == "Passkey of March 1, 2026"
    await desk.keeper.rename_passkey(ann.id, passkey.id, " Key  on my ring ")
    (passkey,) = (await desk.keeper.factors(ann.id)).passkeys
    assert passkey.name == "Key on my ring"
    for name in ("x" * 61, "a\u202eb"):
        with pytest.raises(FieldInvalid):
            await desk.keeper.rename_passkey(ann.id, passkey.id, name)
    bob = await desk.person("bob@example.org")
    with pytest.raises(FactorUnknown):
        await desk.keeper.rename_passkey(bob.id, device.soft.credential_id, "mine now")


async def test_there_is_an_end_to_passkeys(ann: Person, desk: Desk, sql: Sql) -> None:
    device = await ann.set_up_passkey()
    last = await made(ann, PasskeyDevice())
    await sql(
        "INSERT INTO passkeys SELECT int4send(n), account_id, public_key, 0, name, '', now() "
        "FROM passkeys, generate_series(1, 19) n"
    )
    with pytest.raises(FactorsFull):
        await desk.keeper.passkey_options(ann.id, ann.session)
    with pytest.raises(FactorsFull):
        await desk.keeper.add_passkey(ann.id, ann.session, last, "")
    await desk.keeper.remove_passkey(ann.id, ann.session, device.soft.credential_id)
    assert await desk.keeper.passkey_options(ann.id, ann.session)


async def test_a_device_is_not_asked_to_make_a_second_one(ann: Person, desk: Desk) -> None:
    device = await ann.set_up_passkey()
    options = json.loads(await desk.keeper.passkey_options(ann.id, ann.session))
    assert [it["id"] for it in options["excludeCredentials"]] == [device.passkey_id]
    assert base64url_to_bytes(options["user"]["id"]).decode() == ann.id
    assert options["attestation"] == "none"
