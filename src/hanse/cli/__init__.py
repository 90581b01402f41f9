"""The command line: `hanse check`, `advise`, `rank`, `assign`, `call`, `rehearse`, `tour`."""
