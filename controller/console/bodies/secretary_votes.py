"""The secretary's record of votes: figures, signatures, and names counted again beside the figures."""

from controller.console.bodies.results import ResultsBody
from controller.console.rows.record import record_foot, record_heading, record_table
from controller.console.rows.table import Line, Table


class SecretaryVotesBody(ResultsBody):
    """As the results, with what a record needs."""

    def make_table(self, width: int) -> Table:
        """The votes, figure by figure."""
        return record_table(self.known, self.words, width)

    def make_heading(self, width: int) -> tuple[Line, ...]:
        """The sitting, the log, what waits."""
        return record_heading(self.known, self.words, width)

    def write_foot(self, width: int, selected: str) -> tuple[Line, ...]:
        """The comparison, why, and the named list."""
        return record_foot(self.known, self.words, width, selected)
