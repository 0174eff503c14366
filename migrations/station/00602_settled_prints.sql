-- +goose Up
-- enrolled are those of a taking's prints that may be references of its file: of a traveller who was compared, the fingers that were found to
-- be his. answer is the hit that the check noted of the taking (fingers.Noted): another taking does not make it unsaid.
ALTER TABLE finger_taking ADD COLUMN enrolled uuid[] NOT NULL DEFAULT '{}', ADD COLUMN answer jsonb;
UPDATE finger_taking SET enrolled = prints WHERE outcome = 'enrolled';

-- +goose Down
ALTER TABLE finger_taking DROP COLUMN enrolled, DROP COLUMN answer;
