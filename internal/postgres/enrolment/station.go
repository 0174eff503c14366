package enrolment

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
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

// AddStation makes a station known. Problems: station_taken and those of its fields.
func (s *Store) AddStation(ctx context.Context, by audit.Actor, st Station) error {
	if err := st.check(); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx pgx.Tx) error {
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
