package fingers

import (
	"slices"
	"sync"
	"time"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
)

// judged is one print with what our own engine makes of it.
type judged struct {
	capture.Print
	look  Look
	fault string
}

// judge looks at what a reader gave for the fingers that were asked of it. It is done apart from the session's lock: it takes time.
func (d *Desk) judge(asked []biometrics.Position, got capture.Capture) ([]judged, error) {
	list := make([]judged, 0, len(asked))
	for _, position := range asked {
		at := slices.IndexFunc(got.Prints, func(p capture.Print) bool { return p.Position == position })
		if at < 0 {
			return nil, capture.ErrWrongFinger
		}
		list = append(list, judged{Print: got.Prints[at]})
	}
	if len(got.Prints) != len(asked) {
		return nil, capture.ErrWrongFinger
	}
	var looking sync.WaitGroup
	for n := range list {
		looking.Go(func() { list[n] = d.look(list[n]) })
	}
	looking.Wait()
	return list, nil
}

// look examines one print. An image on which the engine fails is one that cannot be read: it is no end of the station.
func (d *Desk) look(one judged) (done judged) {
	defer func() {
		if recover() != nil {
			one.look, one.fault = Look{}, FaultUnreadable
			done = one
		}
	}()
	if one.Problem != nil {
		one.fault = capture.Code(one.Problem)
		return one
	}
	look, err := d.examine(one.Image, d.cfg.Policy.Quality)
	if err != nil {
		one.fault = FaultUnreadable
		return one
	}
	one.look = look
	return one
}

// take notes what became of the fingers of one attempt: the best try of each is kept. It reports whether all are good.
func (s *Session) take(list []judged, at time.Time) (good bool) {
	good = true
	for _, one := range list {
		slot := s.find(one.Position)
		if slot == nil || slot.State != AtReader {
			continue
		}
		slot.try(one, at, s.doubled(one), s.policy.Quality)
		good = good && slot.State == Good
	}
	return good
}

// try notes one try of a finger.
func (one *slot) try(got judged, at time.Time, doubled bool, wanted int) {
	one.Tries++
	one.Fault = got.fault
	if doubled {
		one.Fault = FaultSameFinger
	}
	if one.Fault == "" && (one.image == nil || got.look.Quality > one.Quality) {
		image := got.Image
		one.image, one.look, one.Quality, one.Why, one.at = &image, got.look, got.look.Quality, got.look.Why, at
		one.device, one.nfiq2 = got.DeviceQuality, got.NFIQ2
	}
	switch {
	case one.image == nil:
		one.State = Wanted
	case one.Quality >= wanted:
		one.State, one.Why = Good, ""
	default:
		one.State = Low
	}
}

// doubled reports whether the print is that of another finger of the session, put on the reader twice.
func (s *Session) doubled(got judged) bool {
	if got.fault != "" {
		return false
	}
	probe := fingerprint.Prepare(got.look.Template)
	for _, other := range s.slots {
		if other.Position == got.Position || other.image == nil {
			continue
		}
		if fingerprint.Compare(probe, fingerprint.Prepare(other.look.Template)).Score >= s.policy.CandidateOne {
			return true
		}
	}
	return false
}
