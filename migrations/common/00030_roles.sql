-- The second line examines and refuses; the protection service works apart from both lines.

-- +goose Up
ALTER TABLE account DROP CONSTRAINT IF EXISTS account_role_check;
ALTER TABLE account ADD CONSTRAINT account_role_check
    CHECK (role IN ('officer', 'second_line', 'supervisor', 'protection', 'analyst', 'administrator', 'auditor'));

-- +goose Down
ALTER TABLE account DROP CONSTRAINT account_role_check;
ALTER TABLE account ADD CONSTRAINT account_role_check
    CHECK (role IN ('officer', 'supervisor', 'analyst', 'administrator', 'auditor'));
