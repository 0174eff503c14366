-- +goose Up
-- Bearers of another person's document, as the second lines of stations found them: links of persons without a file (see the station's 00860).
CREATE TABLE finger_bearer (
    link        uuid        PRIMARY KEY,
    station     text        NOT NULL,
    taking_id   uuid        NOT NULL,
    task        uuid        NOT NULL,            -- in which it was found
    by          text        NOT NULL,
    since       timestamptz NOT NULL,
    joined_file uuid,                            -- whose link a later verdict says it is
    joined_by   uuid                             -- that verdict's task
);
CREATE INDEX finger_bearer_taking ON finger_bearer (taking_id);
CREATE INDEX finger_bearer_joined ON finger_bearer (joined_by) WHERE joined_by IS NOT NULL;

-- +goose Down
DROP TABLE finger_bearer;
