-- +goose Up
-- Public keys of the stations' receipts. A receipt record tells of the key that signed it; what it tells is a claim until the centre has
-- looked at it and published it to all stations.
CREATE TABLE receipt_key (
    id          text        NOT NULL,
    station     text        NOT NULL,         -- who sent it, by its connection
    key         json        NOT NULL,         -- receipt.PublicKey as sent
    heard_at    timestamptz NOT NULL,
    looked_at   timestamptz,
    fault       text        NOT NULL DEFAULT '', -- why it is not published
    PRIMARY KEY (id, station)
);
CREATE INDEX receipt_key_new ON receipt_key (heard_at) WHERE looked_at IS NULL;

-- +goose StatementBegin
CREATE FUNCTION receipt_key_heard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    told json := NEW.payload->'body'->'key';
BEGIN
    IF json_typeof(told) = 'object' AND told->>'id' <> '' AND length(told->>'id') <= 64 THEN
        INSERT INTO receipt_key (id, station, key, heard_at)
        SELECT told->>'id', c.station, told, NEW.received_at FROM replication_cursor c WHERE c.origin = NEW.origin
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER receipt_key_heard AFTER INSERT ON record FOR EACH ROW WHEN (NEW.kind = 'receipt.issued') EXECUTE FUNCTION receipt_key_heard();

-- +goose Down
DROP TRIGGER receipt_key_heard ON record;
DROP FUNCTION receipt_key_heard();
DROP TABLE receipt_key;
