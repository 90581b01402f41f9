"""What an organisation adds to a consortium: sectors and markets that no member knows yet."""

from collections.abc import Sequence

from hanse.core.consortium import Consortium, Organisation


class Gains:
    """Measures additions against the sectors and markets of a consortium.

    Sets are kept as bits of a number, one for each sector or market not yet known, so that joining and counting
    them is fast over a large pool.
    """

    def __init__(self, consortium: Consortium):
        members = [participant.organisation for participant in consortium.participants]
        self._known = (
            frozenset[str]().union(*(member.sectors for member in members)),
            frozenset[str]().union(*(member.markets for member in members)),
        )
        self._bits: dict[tuple[int, str], int] = {}
        self._masks: tuple[dict[int, int], dict[int, int]] = ({}, {})

    def mask(self, organisation: Organisation) -> int:
        """The sectors and markets that an organisation adds, as bits."""
        sectors, markets = organisation.sectors, organisation.markets
        of_sectors, of_markets = self._masks
        # Equal cells of a file are one object, so most sets are turned into bits once.
        new_sectors = of_sectors.get(id(sectors))
        if new_sectors is None:
            new_sectors = of_sectors[id(sectors)] = self._bits_of(0, sectors)
        new_markets = of_markets.get(id(markets))
        if new_markets is None:
            new_markets = of_markets[id(markets)] = self._bits_of(1, markets)
        return new_sectors | new_markets

    def _bits_of(self, which: int, items: frozenset[str]) -> int:
        mask = 0
        for item in items - self._known[which]:
            mask |= self._bits.setdefault((which, item), 1 << len(self._bits))
        return mask

    def sectors(self, organisations: Sequence[Organisation]) -> tuple[str, ...]:
        """The sectors that organisations add together, in alphabetical order."""
        return tuple(sorted(frozenset[str]().union(*(o.sectors for o in organisations)) - self._known[0]))

    def markets(self, organisations: Sequence[Organisation]) -> tuple[str, ...]:
        """The markets that organisations add together, in alphabetical order."""
        return tuple(sorted(frozenset[str]().union(*(o.markets for o in organisations)) - self._known[1]))
