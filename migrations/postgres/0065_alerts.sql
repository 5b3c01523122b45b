-- Alerts (rulebook §14).

-- How each rule stands. One row a rule, made with its first measure.
CREATE TABLE alert_rules (
    rule           TEXT PRIMARY KEY,         -- OTA_FAILURES, GATEWAY_AVAILABILITY …
    state          TEXT NOT NULL,            -- OK, PENDING, FIRING, RESOLVED
    since          TIMESTAMPTZ NOT NULL,     -- in this state
    part           BIGINT NOT NULL,          -- the last measure: failures, successes, attempts or milliseconds
    whole          BIGINT NOT NULL,          -- what they are of: its sample
    evaluated_at   TIMESTAMPTZ NOT NULL,     -- when it was measured
    alert_id       UUID,                     -- the alert that fires, or fired last
    silenced_until TIMESTAMPTZ,              -- no mail until then
    silence_reason TEXT                      -- in the words of whoever silenced it
);

-- Each time a rule fired.
CREATE TABLE alerts (
    id              UUID PRIMARY KEY,        -- UUID v7
    rule            TEXT NOT NULL,
    fired_at        TIMESTAMPTZ NOT NULL,
    part            BIGINT NOT NULL,         -- the measure then
    whole           BIGINT NOT NULL,
    causes          JSONB NOT NULL,          -- the last events that broke the rule: {at, code, subject, count, of}
    acknowledged_at TIMESTAMPTZ,             -- when one of our people said that they work on it
    acknowledged_by UUID REFERENCES users (id),
    note            TEXT,                    -- in that person's words
    resolved_at     TIMESTAMPTZ              -- when the rule held again
);
CREATE INDEX alerts_newest ON alerts (fired_at DESC, id DESC);
CREATE INDEX alerts_of_rule ON alerts (rule, fired_at DESC, id DESC);

-- The history of each rule.
CREATE TABLE alert_steps (
    id         UUID PRIMARY KEY,             -- UUID v7
    rule       TEXT NOT NULL,
    alert_id   UUID,                         -- the alert it belongs to
    at         TIMESTAMPTZ NOT NULL,
    step       TEXT NOT NULL,                -- PENDING, FIRING, CALMED_DOWN, RESOLVED, ACKNOWLEDGED, SILENCED, UNSILENCED
    decided_by UUID REFERENCES users (id),   -- which of our people; NULL: the measure
    note       TEXT,                         -- in that person's words
    part       BIGINT NOT NULL,              -- the measure at that time
    whole      BIGINT NOT NULL
);
CREATE INDEX alert_steps_newest ON alert_steps (rule, at DESC, id DESC);

-- The rest of cars' prices, by time: one of the rules is about them.
CREATE INDEX payments_final ON payments (created_at) WHERE payment_type = 'FINAL';
