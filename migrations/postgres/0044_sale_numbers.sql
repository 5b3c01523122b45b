-- How many sales were begun in a year: the last part of their numbers.
CREATE TABLE sale_numbers (
    year BIGINT PRIMARY KEY,  -- at the dealership
    last BIGINT NOT NULL      -- the number given last
);
