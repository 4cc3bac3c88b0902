"""Where requests come from: mostly the network, seldom the address."""

import ipaddress

from gateway.responses import Scope, header

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_PREFIX = {4: 24, 6: 48}
"""Bits that the hosts of one network share, as ordinary providers give them out.

Of IPv6 that is what one customer may have to themselves: by /64 they would be 65,536 networks.
"""


def network_of(scope: Scope, proxies: int) -> str:
    """The network a request comes from, "203.0.113.0/24"; empty when that cannot be told.

    *proxies* of our own stand in front, each of which adds its caller to ``X-Forwarded-For``.
    What the caller wrote there itself is not believed.
    """
    address = address_of(scope, proxies)
    if address is None:
        return ""
    return str(ipaddress.ip_network((address, _PREFIX[address.version]), strict=False))


def address_of(scope: Scope, proxies: int) -> Address | None:
    """The address a request comes from, as :func:`network_of` tells it; never to be kept."""
    client = scope.get("client")
    text: str = client[0] if client else ""
    if proxies:
        forwarded = header(scope, b"x-forwarded-for").split(",")
        text = forwarded[-proxies].strip() if len(forwarded) >= proxies else ""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def is_loopback(network: str) -> bool:
    """Whether *network* is this machine itself."""
    return bool(network) and ipaddress.ip_network(network).is_loopback
