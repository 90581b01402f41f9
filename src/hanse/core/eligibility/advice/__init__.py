"""Advice: whom to add, what happens if a member leaves, what each partner brings. Exact, and explained in words.

`smallest_additions` finds the smallest sets of organisations that make a consortium meet the rules that adding
members can mend. `resilience` asks what breaks if a member leaves, and who could replace it. `complementarity`
tells which sectors and markets each partner alone knows. `Matcher` says in words how well an organisation would fit.
"""

from hanse.core.eligibility.advice.additions import Additions, Answer, roster_of, smallest_additions
from hanse.core.eligibility.advice.best import Suggestion
from hanse.core.eligibility.advice.complementarity import Complementarity, Gain, Share, complementarity
from hanse.core.eligibility.advice.matching import Match, Matcher, Point, best_first
from hanse.core.eligibility.advice.resilience import Broken, Loss, resilience
from hanse.core.eligibility.advice.wording import Pattern, Slot

__all__ = [
    "Additions",
    "Answer",
    "Broken",
    "Complementarity",
    "Gain",
    "Loss",
    "Match",
    "Matcher",
    "Pattern",
    "Point",
    "Share",
    "Slot",
    "Suggestion",
    "best_first",
    "complementarity",
    "resilience",
    "roster_of",
    "smallest_additions",
]
