package simulate

import (
	"hash/fnv"
	"time"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/internal/sbihttp/simulator"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// FingerReader is the simulated fingerprint reader beside a lane's counter, which is turned to whoever stands there.
type FingerReader interface {
	Set(simulator.Knobs) error
}

// Shares of travellers whose fingers are out of the ordinary, one in so many. Who lacks a finger lacks it at every crossing; the others differ
// from one crossing to the next.
const (
	oneAmputatedIn = 30
	onePoorIn      = 25  // dry, worn or badly laid fingers
	oneUnpluggedIn = 60  // the reader is away
	oneStrangerIn  = 120 // somebody else's fingers with the document
)

// poor is how badly fingers of low quality lie; see simulator.Knobs.
const poor = 0.9

// fingersTime is how long fingers take to lie on the reader, at the pace of life.
const fingersTime = 1200 * time.Millisecond

// Hand is what a traveller puts on the fingerprint reader.
type Hand struct {
	Knobs simulator.Knobs
	// Amputated is the finger that is not there for good; biometrics.UnknownFinger where all are.
	Amputated biometrics.Position
}

// HandOf are the fingers of the bearer of a document: the same number, the same fingers, and the same one missing.
func HandOf(document string) Hand {
	h := Hand{Knobs: simulator.Knobs{Person: document}}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte("hand of " + document)) // a hash takes everything
	if n := sum.Sum32(); n%oneAmputatedIn == 0 {
		of := []biometrics.Position{biometrics.RightIndex, biometrics.RightMiddle, biometrics.RightRing, biometrics.RightLittle}
		h.Amputated = of[n/oneAmputatedIn%4]
		h.Knobs.Fingers = map[biometrics.Position]simulator.Lies{h.Amputated: simulator.Missing}
	}
	return h
}

// hand is what the bearer of a zone puts on the reader this time. Whose zone cannot be read has fingers by the zone.
func (l *lane) hand(zone string) Hand {
	document := zone
	if read, err := mrz.Parse(zone, traveldoc.DateOf(l.Now()), mrz.Training); err == nil && read.DocumentNumber != "" {
		document = read.DocumentNumber
	}
	h := HandOf(document)
	h.Knobs.Delay = simulator.Duration(float64(fingersTime) / l.Pace)
	switch {
	case l.random.IntN(oneStrangerIn) == 0:
		h = Hand{Knobs: simulator.Knobs{Person: document + " lent to somebody else", Delay: h.Knobs.Delay}}
	case l.random.IntN(oneUnpluggedIn) == 0:
		h.Knobs.Unplugged = true
	case l.random.IntN(onePoorIn) == 0:
		h.Knobs.Worse = poor
	}
	return h
}
