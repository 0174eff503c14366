-- Lists that people read are read page by page, each from the place where the page before ended: these are their orders.

-- +goose Up
CREATE INDEX passenger_unmask_waiting_page ON passenger_unmask (asked_at, id) WHERE decision IS NULL;
CREATE INDEX passenger_unmask_asker_page ON passenger_unmask (asked_by, asked_at DESC, id DESC);
DROP INDEX passenger_unmask_open, passenger_unmask_asker;
CREATE INDEX score_notice_flight ON score_notice (flight_id, seq) WHERE flight_id IS NOT NULL;
CREATE INDEX visa_case_page ON visa_case (state, opened_at, crossing_id);
DROP INDEX visa_case_open;
CREATE INDEX visa_parcel_quarantine_page ON visa_parcel_quarantine ((state = 'set_aside'), first_at, parcel_id) WHERE state IN ('waiting', 'set_aside');
DROP INDEX visa_parcel_quarantine_open;
CREATE INDEX visa_application_parked_page ON visa_application_parcel (taken_at, id) WHERE sealed IS NOT NULL;

-- +goose Down
DROP INDEX visa_application_parked_page;
CREATE INDEX visa_parcel_quarantine_open ON visa_parcel_quarantine (first_at, parcel_id) WHERE state IN ('waiting', 'set_aside');
DROP INDEX visa_parcel_quarantine_page;
CREATE INDEX visa_case_open ON visa_case (opened_at) WHERE state = 'open';
DROP INDEX visa_case_page, score_notice_flight;
CREATE INDEX passenger_unmask_asker ON passenger_unmask (asked_by, asked_at DESC);
CREATE INDEX passenger_unmask_open ON passenger_unmask (asked_at) WHERE decision IS NULL;
DROP INDEX passenger_unmask_asker_page, passenger_unmask_waiting_page;
