"""Small values that the whole core shares: money, rates, dates with a zone, memberships, citations, faults."""
