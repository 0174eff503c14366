-- The law reaches the dialogue with carriers: it is looked for by flight, and by when the flight ended.

-- +goose Up
CREATE INDEX board_request_flight ON board_request (flight_key);
CREATE INDEX board_flight_ends ON board_flight ((coalesce(arrives_at, departs_at)));

-- +goose Down
DROP INDEX board_flight_ends, board_request_flight;
