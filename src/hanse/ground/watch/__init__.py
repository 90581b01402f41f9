"""What shows when the machine was in trouble: its pulse, the requests it failed, and the slips it gave for them.

    with pulse.beating(): ...                the worker's, once a minute
    pulse.outages(now)                       gaps of it, oldest first
    faults.fault_of(error)                   what of the machine failed, or nothing: then it is an error of ours
    attempts.slip(...)                       what a visitor gets whose request failed so, signed
    evidence.keep(slip)                      the same as a line of a file that needs no database
    attempts.examine(text)                   what a slip that comes back is worth

On this stand late cases and extensions. Nothing here asks the database but the pulse, and nothing keeps what was sent.
"""
