-- Applications that were examined before payments were asked about have no answer yet, and wait for one: they are asked about at once.

-- +goose Up
UPDATE visa_application SET check_at = now() WHERE state IN ('examined', 'asked', 'interview', 'proposed', 'appealed') AND erased_at IS NULL;

-- +goose Down
SELECT 1;
