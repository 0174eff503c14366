-- Trigram indexes serve the search by name. The extension is a trusted one: the owner of the database may create it.

-- +goose Up
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- +goose Down
DROP EXTENSION IF EXISTS pg_trgm;
