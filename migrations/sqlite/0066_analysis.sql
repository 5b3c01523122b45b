-- Failure analysis (rulebook §14): attempts, times to activation and times to resolution, added up by UTC day.
-- Everything here can be made again from the attempts, the vehicles' confirmations and the story.

-- Days that are over and of which every attempt has its verdict: added up once.
CREATE TABLE analysis_days (
    day       TEXT PRIMARY KEY,          -- 2026-05-01, by UTC
    closed_at TEXT NOT NULL
) STRICT;

-- Attempts of a day that share one value, split by each of the other dimensions. Every split of a value sums to the same.
CREATE TABLE attempt_days (
    day       TEXT NOT NULL REFERENCES analysis_days (day),
    part      TEXT NOT NULL,             -- ALL, REASON, MODEL, SERVICE, HOUR, ATTEMPT
    part_key  TEXT NOT NULL,             -- the value they share; empty for ALL
    split     TEXT NOT NULL,             -- REASON, MODEL, SERVICE, HOUR, ATTEMPT
    split_key TEXT NOT NULL,             -- error code or ACTIVATED; model's code; service's id; 00 to 23; 1, 2, … or HAND
    attempts  INTEGER NOT NULL,
    failures  INTEGER NOT NULL,          -- of these, without the vehicle's confirmation
    PRIMARY KEY (day, part, part_key, split, split_key)
) STRICT, WITHOUT ROWID;

-- How long things took that came to their end on a day, as a histogram.
CREATE TABLE duration_days (
    day      TEXT NOT NULL REFERENCES analysis_days (day),
    part     TEXT NOT NULL,              -- ALL, MODEL, SERVICE
    part_key TEXT NOT NULL,              -- model's code, service's id; empty for ALL
    measure  TEXT NOT NULL,              -- ACTIVATION, OTA_CASE, GENERAL_CASE
    at_most  INTEGER NOT NULL,           -- seconds: the class's upper bound
    cases    INTEGER NOT NULL,           -- how many took that long, and longer than the bound below
    seconds  INTEGER NOT NULL,           -- how long they took together
    attempts INTEGER NOT NULL,           -- attempts they took together; 0 for support cases
    PRIMARY KEY (day, part, part_key, measure, at_most)
) STRICT, WITHOUT ROWID;
