package demo

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"

	"github.com/openbmis/openbmis/cmd/internal/simulate"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/traveldoc"
)

// townSize is how many people cross now and then.
const townSize = 6000

// simulate lets travellers cross at the stations until ctx ends.
func (d *demo) simulate(ctx context.Context) error {
	if d.Pace <= 0 {
		<-ctx.Done()
		return ctx.Err()
	}
	crowd, err := simulate.OpenCrowd(filepath.Join(d.Dir, "inside.json"), townSize)
	if err != nil {
		return err
	}
	wanted, err := d.wanted()
	if err != nil {
		return err
	}
	var stations []simulate.Station
	for i, s := range d.stations {
		lanes := d.lanes(s, posts()[i], uint64(i), wanted)
		if !lanes.Land {
			if lanes.Airline, err = d.airline(); err != nil {
				return err
			}
		}
		stations = append(stations, lanes)
	}
	return simulate.Run(ctx, simulate.Config{
		Town:  simulate.Town{Seed: seed, Size: townSize, Today: traveldoc.DateOf(d.tools.Now().UTC())},
		Crowd: crowd, Pace: d.Pace, Now: d.tools.Now, Log: d.tools.Log,
	}, stations)
}

func (d *demo) lanes(s config.Station, p post, n uint64, wanted []simulate.Person) simulate.Station {
	started := uint64(d.tools.Now().UnixNano())
	return simulate.Station{
		Officer: func() (*simulate.Officer, error) {
			roots, err := trusted(filepath.Join(s.DataDir, "ca", "root.crt"))
			if err != nil {
				return nil, err
			}
			return simulate.NewOfficer("https://"+s.HTTP.Listen, roots)
		},
		Agent: func(token string) (*simulate.Agent, error) {
			roots, err := trusted(filepath.Join(s.DataDir, "ca", "root.crt"))
			if err != nil {
				return nil, err
			}
			return simulate.NewAgent("https://"+s.HTTP.Listen, token, roots), nil
		},
		Lanes: []simulate.Lane{
			{
				Name: laneIn, Way: simulate.Entry, Login: simulatorIn, Password: d.passwords.password(s.ID, simulatorIn), Seed: started + 2*n,
				Token: d.readers[s.ID], Fingers: d.fingerReader(s.ID, laneIn),
			},
			{
				Name: laneOut, Way: simulate.Exit, Login: simulatorOut, Password: d.passwords.password(s.ID, simulatorOut), Seed: started + 2*n + 1,
				Fingers: d.fingerReader(s.ID, laneOut),
			},
		},
		Land: s.Transport == config.Land, Profile: p.profile, Zone: s.Zone, Wanted: wanted,
	}
}

// trusted is the authority whose certificate stands in file.
func trusted(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s: expected a certificate in PEM", file)
	}
	return pool, nil
}
