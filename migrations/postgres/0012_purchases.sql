-- Ways to pay. Card numbers never come here: the gateway keeps them and gives a token.
CREATE TABLE payment_methods (
    id          UUID PRIMARY KEY,
    customer_id UUID NOT NULL REFERENCES users (id),
    kind        TEXT NOT NULL,              -- CARD, BANK_TRANSFER
    token       TEXT NOT NULL,              -- stands for the method at the gateway
    brand       TEXT,
    last4       TEXT,
    exp_month   BIGINT,
    exp_year    BIGINT,
    is_default  BOOLEAN NOT NULL,           -- proposed first; one per customer
    created_at  TIMESTAMPTZ NOT NULL,
    removed_at  TIMESTAMPTZ,                -- removed by the customer; kept for the payments made with it
    UNIQUE (customer_id, token)
);

-- Visits to the gateway's hosted page.
CREATE TABLE setup_sessions (
    id                 UUID PRIMARY KEY,
    customer_id        UUID NOT NULL REFERENCES users (id),
    idempotency_key    TEXT NOT NULL UNIQUE, -- written before the request
    gateway_session_id TEXT UNIQUE,          -- once the gateway has answered
    url                TEXT,
    return_path        TEXT NOT NULL,        -- where the customer was going in our site
    state              TEXT NOT NULL,        -- REQUESTED, OPEN, COMPLETED, ABANDONED
    created_at         TIMESTAMPTZ NOT NULL,
    updated_at         TIMESTAMPTZ NOT NULL
);

-- One service on its way to, in, or out of one vehicle.
CREATE TABLE service_activations (
    service_activation_id  UUID PRIMARY KEY,
    customer_id            UUID NOT NULL REFERENCES users (id),
    vehicle_id             UUID NOT NULL REFERENCES vehicles (id),
    service_id             UUID NOT NULL REFERENCES services (id),
    offer_id               UUID NOT NULL REFERENCES offers (id),
    payment_id             UUID,             -- NULL for what is billed later (subscriptions)
    purchase_key           TEXT NOT NULL UNIQUE, -- made with the purchase form: one form buys once
    current_state          TEXT NOT NULL,
    is_over                BOOLEAN NOT NULL, -- no further step; see the unique index below
    offer_kind             TEXT NOT NULL,    -- TEMPORARY, PERMANENT, SUBSCRIPTION
    days                   BIGINT,           -- of a temporary offer
    amount_cents           BIGINT NOT NULL,  -- the price agreed, VAT included
    currency               TEXT NOT NULL,
    vat_rate_basis_points  BIGINT NOT NULL,
    configuration          JSONB NOT NULL,   -- service code, flags and parameters as ordered
    service_names          JSONB NOT NULL,   -- {es, en} as ordered
    activation_queued_at   TIMESTAMPTZ,
    deadline_at            TIMESTAMPTZ,      -- the engine gives up after this
    next_attempt_at        TIMESTAMPTZ,      -- while a retry is scheduled
    delayed_since          TIMESTAMPTZ,      -- while API IoT's breaker is open
    total_attempts         BIGINT NOT NULL DEFAULT 0,
    last_failure           TEXT,             -- code of why the last attempt failed
    activated_at           TIMESTAMPTZ,      -- when the vehicle confirmed
    expires_at             TIMESTAMPTZ,      -- end of a temporary service
    ended_at               TIMESTAMPTZ,
    tech_support_ticket_id UUID,
    final_result           TEXT,             -- ACTIVE, FAILED_NO_CHARGE, MANUAL_ACTIVATION
    version                BIGINT NOT NULL DEFAULT 0,
    created_at             TIMESTAMPTZ NOT NULL,
    updated_at             TIMESTAMPTZ NOT NULL
);
-- Promise 5: one vehicle and service have at most one activation that is not over.
CREATE UNIQUE INDEX activations_one_open ON service_activations (vehicle_id, service_id) WHERE NOT is_over;
CREATE INDEX activations_of_customer ON service_activations (customer_id, created_at DESC, service_activation_id DESC);
CREATE INDEX activations_of_vehicle ON service_activations (vehicle_id, created_at DESC);
CREATE INDEX activations_delayed ON service_activations (activation_queued_at, service_activation_id) WHERE delayed_since IS NOT NULL;

-- Promise 7: no command goes to a vehicle without such a row written before it.
CREATE TABLE activation_attempts (
    attempt_id                UUID PRIMARY KEY,
    service_activation_id     UUID NOT NULL REFERENCES service_activations (service_activation_id),
    deactivation_id           UUID,          -- set when the command switches the service off
    command                   TEXT NOT NULL, -- ACTIVATE, DEACTIVATE
    attempt_number            BIGINT NOT NULL,
    attempt_timestamp         TIMESTAMPTZ NOT NULL,
    vehicle_status_at_attempt JSONB,         -- snapshot asked for before the command
    ota_command_sent          BOOLEAN NOT NULL,
    ota_response_code         TEXT,
    ota_response_message      TEXT,
    request_id                TEXT,          -- API IoT's id of the command
    answer_due_at             TIMESTAMPTZ,   -- after this the vehicle is asked
    service_expires_at        TIMESTAMPTZ,   -- the end told to the vehicle with a temporary service
    attempt_result            TEXT,          -- SUCCESS, FAILED_RETRY, FAILED_ESCALATE; NULL while under way
    ended_at                  TIMESTAMPTZ,
    manual                    BOOLEAN NOT NULL
);
CREATE INDEX attempts_of_activation ON activation_attempts (service_activation_id, attempt_timestamp);
CREATE INDEX attempts_by_request ON activation_attempts (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX attempts_of_deactivation ON activation_attempts (deactivation_id) WHERE deactivation_id IS NOT NULL;

-- At most one command is under way per vehicle: callbacks without a known request id are matched by it.
CREATE TABLE vehicle_commands (
    vehicle_id UUID PRIMARY KEY REFERENCES vehicles (id),
    attempt_id UUID NOT NULL REFERENCES activation_attempts (attempt_id),
    since      TIMESTAMPTZ NOT NULL
);

-- The vehicle's word that a service works: the evidence every capture stands on (promise 1).
CREATE TABLE delivery_confirmations (
    id                    UUID PRIMARY KEY,
    service_activation_id UUID NOT NULL UNIQUE REFERENCES service_activations (service_activation_id),
    attempt_id            UUID REFERENCES activation_attempts (attempt_id),
    source                TEXT NOT NULL,     -- ANSWER, CALLBACK, STATUS
    confirmed_at          TIMESTAMPTZ NOT NULL,
    evidence              JSONB NOT NULL     -- what API IoT said, as it said it
);

-- Services to be switched off: their time is over, the customer withdrew, or a late confirmation must be undone.
CREATE TABLE deactivations (
    id                    UUID PRIMARY KEY,
    service_activation_id UUID NOT NULL REFERENCES service_activations (service_activation_id),
    reason                TEXT NOT NULL,     -- TIME_OVER, WITHDRAWAL, SUSPENSION, COMPENSATION
    state                 TEXT NOT NULL,     -- QUEUED, IN_PROGRESS, DONE, ESCALATED
    attempts              BIGINT NOT NULL DEFAULT 0,
    created_at            TIMESTAMPTZ NOT NULL,
    updated_at            TIMESTAMPTZ NOT NULL,
    version               BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX deactivations_of_activation ON deactivations (service_activation_id);

-- The money side of one purchase.
CREATE TABLE payments (
    id                    UUID PRIMARY KEY,
    service_activation_id UUID NOT NULL REFERENCES service_activations (service_activation_id),
    customer_id           UUID NOT NULL REFERENCES users (id),
    payment_method_id     UUID NOT NULL REFERENCES payment_methods (id),
    payment_type          TEXT NOT NULL,     -- SERVICE
    amount_cents          BIGINT NOT NULL CHECK (amount_cents > 0),
    currency              TEXT NOT NULL,
    vat_rate_basis_points BIGINT NOT NULL,
    state                 TEXT NOT NULL,
    settlement            TEXT NOT NULL,
    gateway_payment_id    TEXT UNIQUE,
    capture_before        TIMESTAMPTZ,       -- until when the hold can be taken
    captured_cents        BIGINT NOT NULL DEFAULT 0,
    refunded_cents        BIGINT NOT NULL DEFAULT 0,
    decline_reason        TEXT,
    authentication_url    TEXT,              -- where the bank wants the customer to confirm
    confirmation_id       UUID REFERENCES delivery_confirmations (id), -- what the capture stands on
    captured_at           TIMESTAMPTZ,
    version               BIGINT NOT NULL DEFAULT 0,
    created_at            TIMESTAMPTZ NOT NULL,
    updated_at            TIMESTAMPTZ NOT NULL,
    -- Promises 1 and 3.
    CHECK (captured_cents = 0 OR confirmation_id IS NOT NULL),
    CHECK (captured_cents >= 0 AND refunded_cents >= 0 AND refunded_cents <= captured_cents AND captured_cents <= amount_cents)
);
CREATE INDEX payments_of_customer ON payments (customer_id, created_at DESC, id DESC);
CREATE INDEX payments_of_activation ON payments (service_activation_id);

-- Promise 7: no request moves money without its idempotency key written before it.
CREATE TABLE payment_operations (
    id              UUID PRIMARY KEY,
    payment_id      UUID NOT NULL REFERENCES payments (id),
    kind            TEXT NOT NULL,           -- AUTHORISE, CAPTURE, CANCEL, REFUND
    amount_cents    BIGINT NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    state           TEXT NOT NULL,           -- REQUESTED, SUCCEEDED, REFUSED
    answer          TEXT,                    -- code of the gateway's answer
    reason          TEXT NOT NULL,           -- why it was asked for
    requested_at    TIMESTAMPTZ NOT NULL,
    answered_at     TIMESTAMPTZ
);
CREATE INDEX operations_of_payment ON payment_operations (payment_id, requested_at);

-- Double entry: the entries of one movement sum to zero.
CREATE TABLE ledger_entries (
    id           UUID PRIMARY KEY,
    movement_id  UUID NOT NULL,              -- entries written together
    movement     TEXT NOT NULL,              -- HOLD, RELEASE, CAPTURE, ABSORB, REFUND, SETTLEMENT, FEE, CHARGEBACK
    account      TEXT NOT NULL,
    debit_cents  BIGINT NOT NULL CHECK (debit_cents >= 0),
    credit_cents BIGINT NOT NULL CHECK (credit_cents >= 0),
    currency     TEXT NOT NULL,
    payment_id   UUID NOT NULL REFERENCES payments (id),
    at           TIMESTAMPTZ NOT NULL
);
CREATE INDEX ledger_of_payment ON ledger_entries (payment_id, at);

-- What the customer agreed to, word for word.
CREATE TABLE consents (
    id                    UUID PRIMARY KEY,
    customer_id           UUID NOT NULL REFERENCES users (id),
    service_activation_id UUID NOT NULL REFERENCES service_activations (service_activation_id),
    kind                  TEXT NOT NULL,     -- START_NOW, WITHDRAWAL
    text_version          TEXT NOT NULL,
    locale                TEXT NOT NULL,
    text                  TEXT NOT NULL,
    given_at              TIMESTAMPTZ NOT NULL
);
CREATE INDEX consents_of_activation ON consents (service_activation_id);

-- Circuit breakers, shared by all processes.
CREATE TABLE breakers (
    system     TEXT PRIMARY KEY,             -- IOT, PAYMENTS …
    state      TEXT NOT NULL,                -- CLOSED, OPEN, HALF_OPEN
    failures   BIGINT NOT NULL,              -- in a row
    opened_at  TIMESTAMPTZ,
    probe_at   TIMESTAMPTZ,                  -- when one call may try
    updated_at TIMESTAMPTZ NOT NULL
);
