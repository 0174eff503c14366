-- The desk of an agency that owns alerts, and the agency that a person works for: whose discreet alerts he may know of.

-- +goose Up
ALTER TABLE account DROP CONSTRAINT IF EXISTS account_role_check;
ALTER TABLE account ADD CONSTRAINT account_role_check
    CHECK (role IN ('officer', 'second_line', 'supervisor', 'protection', 'list_owner', 'analyst', 'administrator', 'auditor'));
ALTER TABLE account ADD COLUMN agency text NOT NULL DEFAULT '' CHECK (length(agency) <= 100);

-- +goose Down
ALTER TABLE account DROP COLUMN agency;
ALTER TABLE account DROP CONSTRAINT account_role_check;
ALTER TABLE account ADD CONSTRAINT account_role_check
    CHECK (role IN ('officer', 'second_line', 'supervisor', 'protection', 'analyst', 'administrator', 'auditor'));
