//! The real binary, real clients, crashes and bad input. `tests/run e2e` runs it.
