-- +goose Up
-- Takings in which a finger was said not to be there for good: the stations are told of such fingers with the person's file. Few have any.
CREATE INDEX finger_enrolment_coded ON finger_enrolment (traveller_id) WHERE body -> 'slots' @> '[{"missing": "amputated"}]';

-- +goose Down
DROP INDEX finger_enrolment_coded;
