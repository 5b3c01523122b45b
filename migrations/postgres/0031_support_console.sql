-- The console of support: work lists, conversations, clocks, and the ways out of a case.

-- The diagnostic package is large and read with one case only: lists stay quick without it.
CREATE TABLE ticket_packages (
    ticket_id   UUID PRIMARY KEY REFERENCES tickets (id),
    diagnostics JSONB NOT NULL               -- the whole package; no secrets, no card data
);
INSERT INTO ticket_packages (ticket_id, diagnostics) SELECT id, diagnostics FROM tickets;
ALTER TABLE tickets DROP COLUMN diagnostics;

-- A case may now also wait for the customer (WAITING_FOR_CUSTOMER) or go on in another one (MERGED).
ALTER TABLE tickets ADD COLUMN is_open BOOLEAN NOT NULL DEFAULT TRUE;       -- OPEN or WAITING_FOR_CUSTOMER: in the work lists
ALTER TABLE tickets ADD COLUMN urgency BIGINT NOT NULL DEFAULT 2;           -- the priority's rank: 0 is the most pressing
ALTER TABLE tickets ADD COLUMN team TEXT NOT NULL DEFAULT 'SUPPORT';        -- SUPPORT, IOT
ALTER TABLE tickets ADD COLUMN assigned_to UUID REFERENCES users (id);      -- who works on it
ALTER TABLE tickets ADD COLUMN service_id UUID REFERENCES services (id);    -- what similar cases share
ALTER TABLE tickets ADD COLUMN model_code TEXT;                             -- the car's model: what similar cases share
ALTER TABLE tickets ADD COLUMN subject TEXT;                                -- of a customer's question, in the customer's words
ALTER TABLE tickets ADD COLUMN solution TEXT;                               -- how it was solved
ALTER TABLE tickets ADD COLUMN solved_at TIMESTAMPTZ;
ALTER TABLE tickets ADD COLUMN answer_due_at TIMESTAMPTZ;                   -- while the clock runs: by when the customer gets an answer
ALTER TABLE tickets ADD COLUMN answer_left_seconds BIGINT;                  -- while it stands still: open time that was left
ALTER TABLE tickets ADD COLUMN first_answered_at TIMESTAMPTZ;               -- when the customer got the first answer
ALTER TABLE tickets ADD COLUMN breached_at TIMESTAMPTZ;                     -- when the answer that is owed became overdue
ALTER TABLE tickets ADD COLUMN merged_into UUID REFERENCES tickets (id);    -- where it goes on
ALTER TABLE tickets ADD COLUMN merged_at TIMESTAMPTZ;
ALTER TABLE tickets ADD COLUMN merged_from TEXT;                            -- the status before the merge, to undo it

UPDATE tickets SET is_open = (status = 'OPEN'),
    answer_due_at = CASE WHEN status = 'OPEN' THEN first_answer_due_at END,
    service_id = (SELECT a.service_id FROM service_activations a WHERE a.service_activation_id = tickets.service_activation_id),
    model_code = (SELECT v.model_code FROM vehicles v WHERE v.id = tickets.vehicle_id);

-- One index for each order of each long work list. What has no running clock comes last.
DROP INDEX tickets_open;
CREATE INDEX tickets_queue_age ON tickets (queue, created_at, id) WHERE is_open;
CREATE INDEX tickets_queue_due ON tickets (queue, (COALESCE(answer_due_at, '9999-01-01T00:00:00+00:00')), id) WHERE is_open;
CREATE INDEX tickets_queue_urgency ON tickets (queue, urgency, created_at, id) WHERE is_open;
CREATE INDEX tickets_queue_change ON tickets (queue, updated_at, id) WHERE is_open;
CREATE INDEX tickets_desk_age ON tickets (assigned_to, created_at, id) WHERE is_open;
CREATE INDEX tickets_desk_due ON tickets (assigned_to, (COALESCE(answer_due_at, '9999-01-01T00:00:00+00:00')), id) WHERE is_open;
CREATE INDEX tickets_desk_urgency ON tickets (assigned_to, urgency, created_at, id) WHERE is_open;
CREATE INDEX tickets_desk_change ON tickets (assigned_to, updated_at, id) WHERE is_open;
CREATE INDEX tickets_age ON tickets (created_at, id) WHERE is_open;
CREATE INDEX tickets_due ON tickets ((COALESCE(answer_due_at, '9999-01-01T00:00:00+00:00')), id) WHERE is_open;
CREATE INDEX tickets_urgency ON tickets (urgency, created_at, id) WHERE is_open;
CREATE INDEX tickets_change ON tickets (updated_at, id) WHERE is_open;
CREATE INDEX tickets_waiting_age ON tickets (created_at, id) WHERE status = 'WAITING_FOR_CUSTOMER';
CREATE INDEX tickets_waiting_change ON tickets (updated_at, id) WHERE status = 'WAITING_FOR_CUSTOMER';
CREATE INDEX tickets_solved_age ON tickets (created_at, id) WHERE status = 'SOLVED';
CREATE INDEX tickets_solved_change ON tickets (updated_at, id) WHERE status = 'SOLVED';
CREATE INDEX tickets_similar ON tickets (reason, model_code, service_id, id) WHERE is_open;
CREATE INDEX tickets_merged ON tickets (merged_into) WHERE merged_into IS NOT NULL;

-- What a case is found by, in small letters without accents, as it was when the case was opened.
CREATE TABLE ticket_words (
    word      TEXT COLLATE "C" NOT NULL,     -- part of the VIN, plate, customer's name or address, error code
    ticket_id UUID NOT NULL REFERENCES tickets (id),
    PRIMARY KEY (word, ticket_id)
);
CREATE INDEX words_of_ticket ON ticket_words (ticket_id);

-- The conversation: notes were the beginning of it.
ALTER TABLE ticket_notes RENAME TO ticket_messages;
ALTER TABLE ticket_messages ADD COLUMN kind TEXT NOT NULL DEFAULT 'SYSTEM'; -- CUSTOMER, REPLY, NOTE, SYSTEM
ALTER TABLE ticket_messages ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;       -- in the order of writing, for what was written at one moment
ALTER TABLE ticket_messages ADD COLUMN text TEXT NOT NULL DEFAULT '';       -- the words; amounts are filled in for the customer only
ALTER TABLE ticket_messages ADD COLUMN channels TEXT NOT NULL DEFAULT '';   -- of a reply: codes, with commas between

-- Files sent with a message. Never shown in a page, only handed out as downloads.
CREATE TABLE ticket_attachments (
    id         UUID PRIMARY KEY,
    ticket_id  UUID NOT NULL REFERENCES tickets (id),
    message_id UUID NOT NULL REFERENCES ticket_messages (id),
    name       TEXT NOT NULL,                -- without folders, ending as what it really is
    kind       TEXT NOT NULL,                -- media type by its first bytes
    size       BIGINT NOT NULL,              -- bytes
    content    BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX attachments_of_ticket ON ticket_attachments (ticket_id, id);

-- Who is looking at a case.
CREATE TABLE ticket_presence (
    ticket_id UUID NOT NULL REFERENCES tickets (id),
    agent_id  UUID NOT NULL REFERENCES users (id),
    seen_at   TIMESTAMPTZ NOT NULL,          -- the last sign
    PRIMARY KEY (ticket_id, agent_id)
);

-- Replies being written: nobody's text is lost.
CREATE TABLE ticket_drafts (
    ticket_id  UUID NOT NULL REFERENCES tickets (id),
    agent_id   UUID NOT NULL REFERENCES users (id),
    text       TEXT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (ticket_id, agent_id)
);

-- What an agent wants to come back to.
CREATE TABLE ticket_tasks (
    id         UUID PRIMARY KEY,
    ticket_id  UUID NOT NULL REFERENCES tickets (id),
    agent_id   UUID NOT NULL REFERENCES users (id),
    text       TEXT NOT NULL,
    due_at     TIMESTAMPTZ NOT NULL,
    done_at    TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX tasks_of_agent ON ticket_tasks (agent_id, due_at, id) WHERE done_at IS NULL;
CREATE INDEX tasks_of_ticket ON ticket_tasks (ticket_id, due_at, id);

-- Texts ready to be sent, with variables.
CREATE TABLE support_macros (
    id         UUID PRIMARY KEY,
    name       JSONB NOT NULL,               -- {es, en}: what agents call it
    text       JSONB NOT NULL,               -- {es, en}: what customers read
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

-- Work lists that agents keep for themselves.
CREATE TABLE support_views (
    id         UUID PRIMARY KEY,
    agent_id   UUID NOT NULL REFERENCES users (id),
    name       TEXT NOT NULL,
    query      TEXT NOT NULL,                -- of the address that shows it
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX views_of_agent ON support_views (agent_id, created_at, id);

-- When a queue is worked on, and how long an answer may take of that time.
CREATE TABLE support_calendars (
    queue                TEXT PRIMARY KEY,   -- OTA, GENERAL
    zone                 TEXT NOT NULL,      -- IANA name: whose days and hours these are
    weekdays             TEXT NOT NULL,      -- 1 is Monday, 7 is Sunday
    opens_minute         BIGINT NOT NULL CHECK (opens_minute >= 0),    -- minutes after midnight
    closes_minute        BIGINT NOT NULL CHECK (closes_minute > opens_minute AND closes_minute <= 1440),
    first_answer_minutes BIGINT NOT NULL CHECK (first_answer_minutes > 0) -- open time within which the customer gets an answer
);
-- Promised are 24 h. OTA cases are worked on around the clock; questions within one working day of eight open hours.
INSERT INTO support_calendars (queue, zone, weekdays, opens_minute, closes_minute, first_answer_minutes) VALUES
    ('OTA', 'Europe/Madrid', '1234567', 0, 1440, 1440),
    ('GENERAL', 'Europe/Madrid', '12345', 540, 1080, 480);

-- Days on which a queue is not worked on.
CREATE TABLE support_holidays (
    queue TEXT NOT NULL REFERENCES support_calendars (queue),
    day   TEXT NOT NULL,                     -- 2026-12-25, in the calendar's zone
    name  TEXT NOT NULL,                     -- as it is called there
    PRIMARY KEY (queue, day)
);
-- Holidays of the whole of Spain.
INSERT INTO support_holidays (queue, day, name) VALUES
    ('GENERAL', '2026-01-01', 'Año Nuevo'), ('GENERAL', '2026-01-06', 'Epifanía del Señor'),
    ('GENERAL', '2026-04-03', 'Viernes Santo'), ('GENERAL', '2026-05-01', 'Fiesta del Trabajo'),
    ('GENERAL', '2026-08-15', 'Asunción de la Virgen'), ('GENERAL', '2026-10-12', 'Fiesta Nacional de España'),
    ('GENERAL', '2026-11-01', 'Todos los Santos'), ('GENERAL', '2026-12-06', 'Día de la Constitución'),
    ('GENERAL', '2026-12-08', 'Inmaculada Concepción'), ('GENERAL', '2026-12-25', 'Natividad del Señor'),
    ('GENERAL', '2027-01-01', 'Año Nuevo'), ('GENERAL', '2027-01-06', 'Epifanía del Señor'),
    ('GENERAL', '2027-03-26', 'Viernes Santo'), ('GENERAL', '2027-05-01', 'Fiesta del Trabajo'),
    ('GENERAL', '2027-08-15', 'Asunción de la Virgen'), ('GENERAL', '2027-10-12', 'Fiesta Nacional de España'),
    ('GENERAL', '2027-11-01', 'Todos los Santos'), ('GENERAL', '2027-12-06', 'Día de la Constitución'),
    ('GENERAL', '2027-12-08', 'Inmaculada Concepción'), ('GENERAL', '2027-12-25', 'Natividad del Señor'),
    ('GENERAL', '2028-01-01', 'Año Nuevo'), ('GENERAL', '2028-01-06', 'Epifanía del Señor'),
    ('GENERAL', '2028-04-14', 'Viernes Santo'), ('GENERAL', '2028-05-01', 'Fiesta del Trabajo'),
    ('GENERAL', '2028-08-15', 'Asunción de la Virgen'), ('GENERAL', '2028-10-12', 'Fiesta Nacional de España'),
    ('GENERAL', '2028-11-01', 'Todos los Santos'), ('GENERAL', '2028-12-06', 'Día de la Constitución'),
    ('GENERAL', '2028-12-08', 'Inmaculada Concepción'), ('GENERAL', '2028-12-25', 'Natividad del Señor');

-- Tries by hand, from the agent's decision to the end.
CREATE TABLE manual_activations (
    id                    UUID PRIMARY KEY,
    service_activation_id UUID NOT NULL REFERENCES service_activations (service_activation_id),
    ticket_id             UUID NOT NULL REFERENCES tickets (id),
    agent_id              UUID NOT NULL REFERENCES users (id),
    terms                 TEXT NOT NULL,     -- FREE, NEW_HOLD
    state                 TEXT NOT NULL,     -- OFFERED, HOLDING, TRYING, SUCCEEDED, FAILED, REFUSED, DECLINED, EXPIRED, WITHDRAWN
    payment_id            UUID REFERENCES payments (id), -- of a new hold, once the customer accepted
    earlier_payment_id    UUID REFERENCES payments (id), -- of the order: what the activation goes back to
    expires_at            TIMESTAMPTZ,       -- of an offer
    created_at            TIMESTAMPTZ NOT NULL,
    updated_at            TIMESTAMPTZ NOT NULL,
    version               BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX manual_of_activation ON manual_activations (service_activation_id, created_at, id);
CREATE INDEX manual_of_payment ON manual_activations (payment_id) WHERE payment_id IS NOT NULL;
-- One at a time.
CREATE UNIQUE INDEX manual_one_open ON manual_activations (service_activation_id) WHERE state IN ('OFFERED', 'HOLDING', 'TRYING');

-- What a customer may pay less, once.
CREATE TABLE discounts (
    id                    UUID PRIMARY KEY,
    customer_id           UUID NOT NULL REFERENCES users (id),
    ticket_id             UUID NOT NULL REFERENCES tickets (id),
    service_id            UUID REFERENCES services (id), -- only for this service; NULL: for any
    percent               BIGINT NOT NULL CHECK (percent BETWEEN 1 AND 90),
    valid_until           TIMESTAMPTZ NOT NULL,
    redeemed_by           UUID REFERENCES service_activations (service_activation_id), -- the order it was used with
    full_cents            BIGINT,            -- the price without it, of that order
    redeemed_at           TIMESTAMPTZ,
    created_at            TIMESTAMPTZ NOT NULL
);
CREATE INDEX discounts_of_customer ON discounts (customer_id, valid_until);
CREATE INDEX discounts_of_activation ON discounts (redeemed_by) WHERE redeemed_by IS NOT NULL;

-- What dealerships are asked to give customers an appointment for.
CREATE TABLE workshop_appointments (
    id            UUID PRIMARY KEY,
    ticket_id     UUID NOT NULL REFERENCES tickets (id),
    customer_id   UUID NOT NULL REFERENCES users (id),
    vehicle_id    UUID NOT NULL REFERENCES vehicles (id),
    dealership_id UUID NOT NULL REFERENCES dealerships (id),
    text          TEXT NOT NULL,             -- what is to be looked at
    made_at       TIMESTAMPTZ,               -- when the dealership had agreed it with the customer
    made_by       UUID REFERENCES users (id),
    created_at    TIMESTAMPTZ NOT NULL
);
CREATE INDEX appointments_open ON workshop_appointments (dealership_id, id) WHERE made_at IS NULL;

-- Changes of what services fit, proposed by agents, decided by administrators.
CREATE TABLE catalogue_rule_changes (
    id          UUID PRIMARY KEY,
    ticket_id   UUID NOT NULL REFERENCES tickets (id),
    service_id  UUID NOT NULL REFERENCES services (id),
    change      JSONB NOT NULL,              -- what is to change
    status      TEXT NOT NULL,               -- PROPOSED, APPROVED, REFUSED
    proposed_by UUID NOT NULL REFERENCES users (id),
    proposed_at TIMESTAMPTZ NOT NULL,
    decided_by  UUID REFERENCES users (id),
    decided_at  TIMESTAMPTZ
);
CREATE INDEX rule_changes_open ON catalogue_rule_changes (proposed_at, id) WHERE status = 'PROPOSED';

-- Thefts that customers told support of. They change nothing else.
CREATE TABLE theft_notes (
    id          UUID PRIMARY KEY,
    customer_id UUID NOT NULL REFERENCES users (id),
    vehicle_id  UUID REFERENCES vehicles (id),
    agent_id    UUID NOT NULL REFERENCES users (id),
    text        TEXT NOT NULL,               -- for agents
    created_at  TIMESTAMPTZ NOT NULL
);
CREATE INDEX theft_notes_of_customer ON theft_notes (customer_id, created_at);
