-- +goose Up
-- What the centre told and a hit refused is tried again later, a bounded number of times; a hit from a simulator says so wherever it is shown.
ALTER TABLE hit_told
    ADD tries    integer     NOT NULL DEFAULT 0,
    ADD again_at timestamptz;
ALTER TABLE hit ADD simulator boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE hit DROP simulator;
ALTER TABLE hit_told DROP tries, DROP again_at;
