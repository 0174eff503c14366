package station

import (
	"context"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/sbihttp"
	"github.com/openbmis/openbmis/ui/view/counterview"
)

// laneReaders are the fingerprint readers of a station: one that all lanes share, or each lane's own.
type laneReaders struct {
	fingers.Readers
	byAddress map[string]laneReader
	cfg       config.Fingers
}

// laneReader is the client of a reader's agent, and what the reader said last.
type laneReader struct {
	*sbihttp.Client
	watch *fingers.Watch
}

// openReaders makes the client of each reader; lanes that name the same address share it.
func openReaders(cfg config.Fingers, now func() time.Time) (*laneReaders, error) {
	trust, err := sbihttp.OpenTrust(cfg.Trust)
	if err != nil {
		return nil, err
	}
	r := &laneReaders{byAddress: map[string]laneReader{}, cfg: cfg}
	open := func(address string) (capture.Reader, error) {
		if known, ok := r.byAddress[address]; ok {
			return known.Client, nil
		}
		client, err := sbihttp.New(sbihttp.Options{URL: address, Trust: trust, Decode: sbi.DecodeFIR, Now: now})
		if err == nil {
			r.byAddress[address] = laneReader{client, fingers.NewWatch(client, now)}
		}
		return client, err
	}
	if cfg.Agent != "" {
		all, err := open(cfg.Agent)
		r.Readers = fingers.OneReader(all)
		return r, err
	}
	lanes := map[string]capture.Reader{}
	for lane, address := range cfg.Agents {
		if lanes[lane], err = open(address); err != nil {
			return nil, err
		}
	}
	r.Readers = fingers.LaneReaders(lanes)
	return r, nil
}

// standing is how the reader of an officer's lane stands, for the header: that the lane has none, too. Nil for who works in no lane of a
// station where each has its own.
func (r *laneReaders) standing(lane string) *counterview.ReaderStanding {
	address := r.cfg.Agent
	if address == "" {
		address = r.cfg.Agents[lane]
	}
	beside, ok := r.byAddress[address]
	switch {
	case ok:
		now := beside.watch.Standing()
		return &counterview.ReaderStanding{
			Name: strings.TrimSpace(now.Info.Make + " " + now.Info.Model), Why: capture.Code(now.Err), Simulated: now.Info.Simulated,
		}
	case lane == "":
		return nil
	}
	return &counterview.ReaderStanding{Why: capture.Code(capture.ErrNoReader)}
}

// run asks the readers now and then how they are, until ctx ends.
func (r *laneReaders) run(ctx context.Context) error {
	var all errgroup.Group
	for _, one := range r.byAddress {
		all.Go(func() error {
			defer one.Close()
			return one.watch.Run(ctx)
		})
	}
	return all.Wait()
}
