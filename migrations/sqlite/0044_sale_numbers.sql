-- How many sales were begun in a year: the last part of their numbers.
CREATE TABLE sale_numbers (
    year INTEGER PRIMARY KEY,  -- at the dealership
    last INTEGER NOT NULL      -- the number given last
) STRICT;
