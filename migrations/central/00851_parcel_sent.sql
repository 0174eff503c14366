-- A parcel is whole when its transaction ends: afterwards nobody with the portal's role adds a file to it, changes or takes away one, or its body.
-- Whoever takes the portal over could otherwise make what an applicant sent unreadable, or add to it. A parcel that waits for its fee goes whole,
-- or is shredded whole when its time is over.

-- +goose Up
ALTER TABLE portal.parcel ADD COLUMN made_in xid8 NOT NULL DEFAULT pg_current_xact_id(); -- the transaction that made it

-- +goose StatementBegin
CREATE FUNCTION portal.parcel_made() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.made_in := pg_current_xact_id(); -- never what the portal says
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER parcel_made BEFORE INSERT ON portal.parcel FOR EACH ROW EXECUTE FUNCTION portal.parcel_made();
GRANT SELECT (made_in) ON portal.parcel TO bmis_portal;

ALTER TABLE portal.parcel_file ENABLE ROW LEVEL SECURITY;
CREATE POLICY parcel_file_centre ON portal.parcel_file TO bmis_app USING (true);
CREATE POLICY parcel_file_hand_over ON portal.parcel_file FOR INSERT TO bmis_portal
    WITH CHECK (EXISTS (SELECT FROM portal.parcel p WHERE p.id = parcel_id AND p.made_in = pg_current_xact_id()));

-- +goose Down
DROP POLICY parcel_file_hand_over ON portal.parcel_file;
DROP POLICY parcel_file_centre ON portal.parcel_file;
ALTER TABLE portal.parcel_file DISABLE ROW LEVEL SECURITY;
DROP TRIGGER parcel_made ON portal.parcel;
DROP FUNCTION portal.parcel_made;
ALTER TABLE portal.parcel DROP COLUMN made_in;
