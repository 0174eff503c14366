package demo

import (
	"context"
	"os"
	"path/filepath"

	"github.com/openbmis/openbmis/border/arrival"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/readerdb"
)

// handLane is the lane whose reader people feed themselves (bmis reader).
const handLane = "1"

// simulatedReaders gives each station a simulated document reader in the simulator's lane and one in lane 1. Tokens are issued anew at
// every start: nothing that was written down earlier opens anything. That of lane 1 stands beside the station's data.
func (d *demo) simulatedReaders(ctx context.Context) error {
	d.readers = map[string]string{}
	for _, s := range d.stations {
		err := d.withDatabase(ctx, s.Database, func(open *postgres.DB) error { return d.stationReaders(ctx, s, open) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) stationReaders(ctx context.Context, s config.Station, open *postgres.DB) error {
	store, err := readerdb.New(open, make([]byte, 32), d.tools.Random) // no reading is opened here
	if err != nil {
		return err
	}
	service := arrival.New(arrival.Config{
		Store: store, Post: s.ID, Lanes: []string{handLane, laneIn}, Now: d.tools.Now, Random: d.tools.Random, NewID: d.tools.NewID,
	})
	if d.readers[s.ID], err = d.issueReader(ctx, service, s.ID, "Simulated reader", laneIn); err != nil {
		return err
	}
	token, err := d.issueReader(ctx, service, s.ID, "Simulated reader of lane 1", handLane)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.DataDir, "reader-1.token"), []byte(token+"\n"), 0o600)
}

// issueReader revokes the reader of an earlier start and issues a new token.
func (d *demo) issueReader(ctx context.Context, service *arrival.Service, station, name, lane string) (string, error) {
	devices, err := service.Devices(ctx)
	if err != nil {
		return "", err
	}
	for _, old := range devices {
		if old.Name == name && old.RevokedAt.IsZero() {
			if err := service.Revoke(ctx, installer(station), old.ID); err != nil {
				return "", err
			}
		}
	}
	_, token, err := service.Issue(ctx, installer(station), name, lane)
	return token.Secret(), err
}
