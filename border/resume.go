package border

import (
	"context"
	"errors"
	"time"
)

const (
	// cutOff is how long before the last scan somebody may have been put aside whose checks the end of the program cut off: longer than
	// any check is given.
	cutOff = 2 * time.Minute
	// mostCutOff bounds how many they are.
	mostCutOff = 100
)

// Resume runs the checks that the end of the program cut off, so that what they find is known before somebody looks at the lanes: of scans
// that were left undecided, and of those that were put aside at the very end, whose hits must not go away with them.
func (d *Desk) Resume(ctx context.Context, lanes []string) error {
	var faults []error
	for _, lane := range lanes {
		_, err := d.laneState(ctx, lane, 0, nil)
		faults = append(faults, err)
	}
	return errors.Join(append(faults, d.resumeDismissed(ctx))...)
}

func (d *Desk) resumeDismissed(ctx context.Context) error {
	if d.cfg.Found == nil {
		return nil
	}
	scans, err := d.cfg.Store.LastDismissed(ctx, cutOff, mostCutOff)
	if err != nil {
		return err
	}
	var faults []error
	for _, scan := range scans {
		faults = append(faults, d.inspectDismissed(ctx, scan))
	}
	return errors.Join(faults...)
}

// inspectDismissed runs the checks of one scan; nobody waits for its findings but who is told of hits.
func (d *Desk) inspectDismissed(ctx context.Context, scan Scan) (err error) {
	if scan.Reading, err = d.cfg.Store.Reading(ctx, scan.ID); err != nil && !errors.Is(err, ErrReadingGone) {
		return err
	}
	subject, err := d.read(&scan)
	if err != nil {
		return err
	}
	Inspect(ctx, d.cfg.Now, subject, d.cfg.Plan, func(f Finding) {
		if f.Outcome == Hit {
			d.cfg.Found(ctx, scan, f)
		}
	})
	return ctx.Err()
}
