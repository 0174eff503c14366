-- Roles of passenger data: the data-protection officer, who agrees to unmasking, and a carrier's own people, whose agency is the carrier.

-- +goose Up
ALTER TABLE account DROP CONSTRAINT account_role_check;
ALTER TABLE account ADD CONSTRAINT account_role_check
    CHECK (role IN ('officer', 'second_line', 'supervisor', 'protection', 'list_owner', 'analyst', 'administrator', 'auditor', 'data_protection', 'carrier'));

-- +goose Down
ALTER TABLE account DROP CONSTRAINT account_role_check;
ALTER TABLE account ADD CONSTRAINT account_role_check
    CHECK (role IN ('officer', 'second_line', 'supervisor', 'protection', 'list_owner', 'analyst', 'administrator', 'auditor'));
