"""From an issue file to the settlement, its uncertainty, common ground and mediators.

`reading` checks the file, `board` turns it into arrays, `solutions` holds every concept behind one
call, `forecast` adds draws, and `summary` gathers all of it in one record. Nothing here knows the
panel: a capability named by panel variable is filled by a function the caller passes in.
"""
