"""Addresses that their providers throw away: an account under one is lost with it."""

from disposable_email_domains import blocklist

from accounts.credentials import Address, FieldInvalid, address_of


def lasting_address_of(text: str) -> Address:
    """Read an address under which an account may stand.

    Raises:
        FieldInvalid: when it is none, or one that is thrown away.
    """
    address = address_of(text)
    if is_disposable(address.email):
        raise FieldInvalid("is one that its provider throws away; give one that stays yours")
    return address


def is_disposable(email: str) -> bool:
    """Whether the domain of *email*, or one that it is part of, gives out throw-away addresses.

    The list is bundled: nobody is asked about an address.
    """
    labels = email.rpartition("@")[2].casefold().rstrip(".").split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))
