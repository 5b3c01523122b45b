-- What stands in the books stays: a correction is a new entry (rulebook §12).
CREATE FUNCTION refuse_change_of_books() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger entries are never changed: a correction is a new entry';
END
$$;
CREATE TRIGGER ledger_entries_stay BEFORE UPDATE OR DELETE ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_books();
CREATE TRIGGER ledger_entries_stay_all BEFORE TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_books();

-- An account's entries by time: its page, and its sums over days.
CREATE INDEX ledger_of_account ON ledger_entries (account, currency, at, id);

-- Days of the books that are over, added up, so that a trial balance does not add up years.
CREATE TABLE ledger_closings (
    day       TEXT PRIMARY KEY,          -- 2026-05-01, by UTC
    closed_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE ledger_days (
    day          TEXT NOT NULL REFERENCES ledger_closings (day),
    currency     TEXT NOT NULL,
    account      TEXT NOT NULL,
    debit_cents  BIGINT NOT NULL,        -- of this day alone
    credit_cents BIGINT NOT NULL,
    entries      BIGINT NOT NULL,        -- how many
    PRIMARY KEY (day, currency, account)
);
