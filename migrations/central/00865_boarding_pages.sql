-- The pages of the dialogue with carriers: what nobody has acknowledged first, the newest first, and the newest requests, each read from
-- the place where the page before ended.

-- +goose Up
CREATE INDEX board_notice_page ON board_notice ((done_at IS NOT NULL AND state <> 'expired'), created_at DESC, id DESC);
CREATE INDEX board_request_page ON board_request (received_at DESC, seq DESC);
DROP INDEX board_notice_newest, board_request_newest;

-- +goose Down
CREATE INDEX board_request_newest ON board_request (received_at DESC);
CREATE INDEX board_notice_newest ON board_notice (created_at DESC, id);
DROP INDEX board_request_page, board_notice_page;
