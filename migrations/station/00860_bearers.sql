-- +goose Up
-- Bearers of another person's document: the second line found that the prints of a taking are not those of the document's holder. They stand
-- under a link and a key of their own, of a person without a file, and in the galleries. task is why; holder is the link that they stood under.
CREATE TABLE finger_bearer (
    link        uuid        PRIMARY KEY,
    taking      uuid        NOT NULL REFERENCES finger_taking (id),
    task        uuid        NOT NULL,
    holder      uuid        NOT NULL,
    by          text        NOT NULL,            -- log-in name of who said so
    since       timestamptz NOT NULL,
    returned_at timestamptz,                     -- the verdict was taken back
    joined_by   uuid                             -- the task whose verdict says whose file the link is (finger_link)
);
CREATE UNIQUE INDEX finger_bearer_taking ON finger_bearer (taking) WHERE returned_at IS NULL;
CREATE INDEX finger_bearer_task ON finger_bearer (task);
CREATE INDEX finger_bearer_joined ON finger_bearer (joined_by) WHERE joined_by IS NOT NULL;
REVOKE DELETE, TRUNCATE ON finger_bearer FROM bmis_app;

-- +goose Down
DROP TABLE finger_bearer;
