-- What a person confirmed of a rule of risk: how grave the rule is. Empty: nobody has looked at it, and it keeps nobody from boarding.

-- +goose Up
ALTER TABLE passenger_opinion ADD COLUMN severity text NOT NULL DEFAULT '' CHECK (severity = '' OR source = 'risk');

-- +goose Down
ALTER TABLE passenger_opinion DROP COLUMN severity;
