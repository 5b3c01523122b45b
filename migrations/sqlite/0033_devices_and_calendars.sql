-- A device that takes push messages goes with the session of its owner, when somebody ends that.
ALTER TABLE push_devices ADD COLUMN session TEXT;           -- id_hash of the session; it may have run out. NULL: from before

-- When a queue is worked on: a day of the week without a row is closed.
CREATE TABLE support_hours (
    queue         TEXT NOT NULL REFERENCES support_calendars (queue),
    weekday       INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7),     -- 1 is Monday
    opens_minute  INTEGER NOT NULL CHECK (opens_minute >= 0),           -- minutes after midnight
    closes_minute INTEGER NOT NULL CHECK (closes_minute > opens_minute AND closes_minute <= 1440), -- 1440 is the next midnight
    PRIMARY KEY (queue, weekday)
) STRICT;
INSERT INTO support_hours (queue, weekday, opens_minute, closes_minute)
SELECT c.queue, d.weekday, c.opens_minute, c.closes_minute
FROM support_calendars c
CROSS JOIN (SELECT 1 AS weekday UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7) d
WHERE c.weekdays LIKE '%' || CAST(d.weekday AS TEXT) || '%';
ALTER TABLE support_calendars DROP COLUMN weekdays;
ALTER TABLE support_calendars DROP COLUMN closes_minute;
ALTER TABLE support_calendars DROP COLUMN opens_minute;
