-- Messages leave by push and SMS too, and can be merged, skipped, late, or sent again.
ALTER TABLE notifications ADD COLUMN activation_id BLOB;       -- the order whose charge a promise is about
ALTER TABLE notifications ADD COLUMN thing TEXT;               -- what a quiet message is about; a newer one takes its place
ALTER TABLE notifications ADD COLUMN merged_into BLOB;         -- the newer message that took its place
ALTER TABLE notifications ADD COLUMN late_at TEXT;      -- when it was noticed that its time was over
ALTER TABLE notifications ADD COLUMN held_back_at TEXT; -- when it was first not sent because its promise was untrue
ALTER TABLE notifications ADD COLUMN unsubscribe_token TEXT;   -- optional mail: switches its group off, without sign-in
ALTER TABLE notifications ADD COLUMN resent_from BLOB;         -- a copy that an agent sent again
CREATE UNIQUE INDEX notifications_unsubscribe ON notifications (unsubscribe_token) WHERE unsubscribe_token IS NOT NULL;
CREATE INDEX notifications_said_to ON notifications (user_id, created_at DESC, id DESC);

-- What people have chosen about messages that need not be said. No row: the default of the table in the code.
CREATE TABLE notification_preferences (
    user_id      BLOB NOT NULL REFERENCES users (id),
    notice_group TEXT NOT NULL,             -- SERVICES, ORDER …
    channel      TEXT NOT NULL,             -- EMAIL, PUSH, SMS, IN_APP
    wanted       INTEGER NOT NULL,
    changed_at   TEXT NOT NULL,
    PRIMARY KEY (user_id, notice_group, channel)
) STRICT;

-- Browsers that take push messages (RFC 8030). One row a device; gone when its push service says so.
CREATE TABLE push_devices (
    id         BLOB PRIMARY KEY,
    user_id    BLOB NOT NULL REFERENCES users (id),
    endpoint   TEXT NOT NULL UNIQUE,        -- where its push service takes messages; who knows it can't read them
    p256dh     TEXT NOT NULL,               -- its public key, Base64 for URLs (RFC 8291)
    auth       TEXT NOT NULL,               -- its authentication secret, likewise
    label      TEXT NOT NULL,               -- what its owner knows it by: browser and system
    created_at TEXT NOT NULL,
    sent_at    TEXT                  -- the last message it took
) STRICT;
CREATE INDEX push_devices_of_user ON push_devices (user_id, created_at, id);

-- Which device has got which message: a repeated run passes over it.
CREATE TABLE push_deliveries (
    notification_id BLOB NOT NULL REFERENCES notifications (id),
    device_id       BLOB NOT NULL,          -- kept when the device is gone
    sent_at         TEXT NOT NULL,
    PRIMARY KEY (notification_id, device_id)
) STRICT;

-- The key we sign push messages with (RFC 8292) where none is configured. Made once: devices are bound to it.
CREATE TABLE push_key (
    id         INTEGER PRIMARY KEY CHECK (id = 1), -- there is one
    secret     BLOB NOT NULL,              -- a private key of P-256, 32 bytes
    created_at TEXT NOT NULL
) STRICT;
