"""Which IP addresses are the public internet. Everything else is refused unless an administrator opened its host."""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Clouds answer with keys of the machine here; the last ones look like public or private addresses (Alibaba, Oracle, Azure, AWS).
_METADATA = frozenset(
    ipaddress.ip_address(each)
    for each in ("169.254.169.254", "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254")
)
_NEVER = tuple(
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/3",
    )
)  # fmt: skip
_PUBLIC_6 = ipaddress.ip_network("2000::/3")
_INTRANET = tuple(ipaddress.ip_network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
# Forms of IPv6 that carry an IPv4 address: mapped, compatible, 6to4, Teredo, NAT64 (RFC 4291, 3056, 4380, 6052, 8215).
_CARRIERS = tuple(
    ipaddress.ip_network(each) for each in ("::ffff:0:0/96", "::/96", "2002::/16", "2001::/32", "64:ff9b::/96", "64:ff9b:1::/48")
)


def is_metadata(address: Address) -> bool:
    return address in _METADATA


def is_public(address: Address) -> bool:
    """Globally reachable unicast; an IPv6 form that carries an IPv4 address never is."""
    if is_metadata(address) or not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if address.version == 4:
        return not any(address in network for network in _NEVER)
    return address in _PUBLIC_6 and not carries_ipv4(address)


def is_intranet(address: Address) -> bool:
    """What a host that an administrator opened may resolve to besides public addresses."""
    return not is_metadata(address) and any(address in network for network in _INTRANET if network.version == address.version)


def carries_ipv4(address: Address) -> bool:
    if address.version == 4:
        return False
    isatap = (int(address) >> 32) & 0xFDFFFFFF == 0x00005EFE  # RFC 5214
    return isatap or any(address in network for network in _CARRIERS)
