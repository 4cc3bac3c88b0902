"""What is not taken when somebody registers: passwords tried first, addresses thrown away."""

import uuid

import pytest

from accounts.common_passwords import is_common, is_personal, weakness_of
from accounts.disposable_addresses import is_disposable
from accounts.registration import RegistrationInvalid, registration_of


@pytest.mark.parametrize(
    "password",
    [
        "password123",
        "PassWord123",
        "qwertyuiop",
        "1234567890",
        "manchester!",
        "!!manchester1",
        "passwordpassword",
        "aaaaaaaaaaaa",
        "123123123123",
        "ｐａｓｓｗｏｒｄ１２３",  # in full width
    ],
)
def test_what_is_tried_first_is_common(password: str) -> None:
    assert is_common(password)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "manchester is my town",
        "tL9#vq2Lw0",
        "a wrong password",
        "密码密碼馬電池正確釘書",
    ],
)
def test_words_in_a_row_and_chance_are_not(password: str) -> None:
    assert not is_common(password)


@pytest.mark.parametrize(
    ("password", "personal"),
    [
        ("ann.smith@example.org", True),
        ("Ann.Smith.2026", True),
        ("smith1234567", True),
        ("Coding Ahead 1", True),
        ("smith likes horses", False),
        ("an example of words", False),
    ],
)
def test_a_password_of_nothing_but_ones_own_details_is_personal(
    password: str, *, personal: bool
) -> None:
    details = ("ann.smith@example.org", "Ann Smith", "Coding Ahead")
    assert is_personal(password, *details) == personal
    assert bool(weakness_of(password, *details)) == personal


@pytest.mark.parametrize(
    ("email", "disposable"),
    [
        ("ann@mailinator.com", True),
        ("ann@MAILINATOR.com", True),
        ("ann@eu.mailinator.com", True),
        ("ann@example.org", False),
        ("ann@mailinator.com.example.org", False),
        ("ann@com", False),
    ],
)
def test_an_address_below_a_throw_away_domain_is_disposable(
    email: str, *, disposable: bool
) -> None:
    assert is_disposable(email) == disposable


def test_a_registration_names_both_in_words_that_say_what_to_do() -> None:
    with pytest.raises(RegistrationInvalid) as refused:
        registration_of(str(uuid.uuid4()), "ann@mailinator.com", "password123", "Ann", "")
    assert set(refused.value.violations) == {"email", "password"}
    assert "give one that stays yours" in refused.value.violations["email"]
    assert "a few words in a row" in refused.value.violations["password"]
    assert "mailinator" not in str(refused.value)
    assert "password123" not in str(refused.value)
