"""The same rules over a table of many proposals: the law's verdicts, a column at a time.

`read_table` reads an ordinary participants table or says that it is `Irregular`; `check_table` judges it.
"""

from hanse.engines.portfolio.blocks import Irregular
from hanse.engines.portfolio.check import PortfolioResult, check_table
from hanse.engines.portfolio.loading import read_table, table_of
from hanse.engines.portfolio.tables import Table

__all__ = ["Irregular", "PortfolioResult", "Table", "check_table", "read_table", "table_of"]
