package enrolment

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/problem"
)

// Station is a border crossing point that may report to the centre.
type Station struct {
	// ID names it in certificates, subjects and events; see ca.CheckStationID.
	ID string
	// Name is for people.
	Name string
	// Transport is how travellers come there.
	Transport border.Mode
	// Zone is its IANA time zone.
	Zone      string
	CreatedAt time.Time
}

const maxNameRunes = 80

func (st Station) check() error {
	if err := ca.CheckStationID(st.ID); err != nil {
		return problem.New(problem.Invalid, "station_id_invalid").At("id")
	}
	control := strings.IndexFunc(st.Name, unicode.IsControl) >= 0
	if st.Name == "" || utf8.RuneCountInString(st.Name) > maxNameRunes || !utf8.ValidString(st.Name) || control {
		return problem.New(problem.Invalid, "station_name_invalid").At("name").With("max", maxNameRunes)
	}
	if !st.Transport.Valid() {
		return problem.New(problem.Invalid, "station_transport_unknown").At("transport")
	}
	if _, err := time.LoadLocation(st.Zone); err != nil || st.Zone == "" || st.Zone == "Local" {
		return problem.New(problem.Invalid, "station_zone_unknown").At("zone")
	}
	return nil
}

// AddStation makes a station known. Problems: station_taken, station_mark_taken and those of its fields.
func (s *Store) AddStation(ctx context.Context, by audit.Actor, st Station) error {
	if err := st.check(); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
		if err := markFree(ctx, tx, st.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO station (id, name, transport, zone, created_at) VALUES ($1, $2, $3, $4, $5)`,
			st.ID, st.Name, st.Transport, st.Zone, s.now())
		if postgres.IsUnique(err) {
			return problem.New(problem.Conflict, "station_taken").At("id")
		}
		if err != nil {
			return err
		}
		return s.administer(ctx, tx, by, st.ID, "station added", "")
	})
	if err != nil {
		return fmt.Errorf("adding a station: %w", err)
	}
	return nil
}

// markFree refuses a station whose visas on arrival could have the number of another's: the mark that its id gives them is taken. Two stations
// that are added at once are looked at one after the other.
func markFree(ctx context.Context, tx pgx.Tx, id string) error {
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended('marks of stations', 0))"); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, "SELECT id FROM station WHERE id <> $1", id)
	if err != nil {
		return err
	}
	others, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	mark := evisa.ArrivalMark(id)
	if slices.ContainsFunc(others, func(other string) bool { return evisa.ArrivalMark(other) == mark }) {
		return problem.New(problem.Conflict, "station_mark_taken").At("id")
	}
	return nil
}

// Stations lists all stations by id.
func (s *Store) Stations(ctx context.Context) ([]Station, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT id, name, transport, zone, created_at FROM station ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("reading stations: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Station])
	if err != nil {
		return nil, fmt.Errorf("reading stations: %w", err)
	}
	for i := range list {
		list[i].CreatedAt = list[i].CreatedAt.UTC()
	}
	return list, nil
}
