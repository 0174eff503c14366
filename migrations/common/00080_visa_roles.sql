-- Roles of the visa desk.

-- +goose Up
ALTER TABLE account DROP CONSTRAINT account_role_check;
ALTER TABLE account ADD CONSTRAINT account_role_check
    CHECK (role IN ('officer', 'second_line', 'supervisor', 'protection', 'list_owner', 'analyst', 'administrator', 'auditor', 'data_protection', 'carrier',
        'visa_officer', 'visa_supervisor'));

-- +goose Down
ALTER TABLE account DROP CONSTRAINT account_role_check;
ALTER TABLE account ADD CONSTRAINT account_role_check
    CHECK (role IN ('officer', 'second_line', 'supervisor', 'protection', 'list_owner', 'analyst', 'administrator', 'auditor', 'data_protection', 'carrier'));
