package crosscheck

import (
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// Sure is how confident the reading of a character must be, from 0 to 1, to need no second look.
const Sure = 0.9

// mostNamed bounds the doubtful characters that a step names: a zone with more of them has to be read by a person anyhow.
const mostNamed = 20

// doubtful is a character that was not read for sure.
type doubtful struct {
	at    place
	read  byte // 0 where the zone has no such place
	other byte // what it may be instead; 0 when nothing else is likely
}

// place is a character's, both from 1.
type place struct{ line, position int }

// zoneReading: how sure whoever read the zone from an image was of each character. A doubt about what a check digit protects is amber:
// the digit may have been misread to fit.
func (j *judge) zoneReading() {
	if j.Reading == nil || j.Reading.Zone == nil {
		return
	}
	if j.Reading.MRZ == "" {
		j.add("image.reading", notDone(ReasonNoZone))
		return
	}
	by := value("image", "read_by", j.Reading.Zone.By)
	doubts := doubtsOf(j.Reading)
	if len(doubts) == 0 {
		j.add("image.reading", pass(by))
		return
	}
	r := unsure(ReasonDoubtful, by)
	r.plain = true
	for n, d := range doubts {
		if j.protected(d.at) {
			r.plain = false
		}
		if n < mostNamed {
			r.values = append(r.values, value("image", "position", d.String()))
		}
	}
	j.add("image.reading", r)
}

// String is line and position, the character, and what it may be instead: "2:14 8/B".
func (d doubtful) String() string {
	s := strconv.Itoa(d.at.line) + ":" + strconv.Itoa(d.at.position)
	if d.read != 0 {
		s += " " + string(rune(d.read))
	}
	if d.other != 0 {
		s += "/" + string(rune(d.other))
	}
	return s
}

// doubtsOf are the doubtful characters in the order of the zone: those with a runner-up, and those of little confidence.
func doubtsOf(r *reader.Reading) []doubtful {
	others := map[place]byte{}
	for _, d := range r.Zone.Doubts {
		others[place{int(d.Line), int(d.Position)}] = d.Character
	}
	var all []doubtful
	n := 0
	for l, line := range strings.Split(r.MRZ, "\n") {
		for p := range len(line) {
			at := place{l + 1, p + 1}
			other, doubted := others[at]
			delete(others, at)
			if doubted || n < len(r.Zone.Confidence) && r.Zone.Confidence[n] < Sure {
				all = append(all, doubtful{at, line[p], other})
			}
			n++
		}
	}
	for _, d := range r.Zone.Doubts { // of places that the zone does not have: nothing is left out silently
		if at := (place{int(d.Line), int(d.Position)}); others[at] != 0 {
			all = append(all, doubtful{at: at, other: others[at]})
			delete(others, at)
		}
	}
	return all
}

// protected reports whether a check digit stands over the place, or is it; true when the zone was not understood.
func (j *judge) protected(at place) bool {
	if j.MRZ == nil {
		return true
	}
	in := func(r mrz.Range) bool {
		return int(r.Line) == at.line && int(r.From) <= at.position && at.position <= int(r.To)
	}
	for _, c := range j.MRZ.Checks() {
		if in(c.At) || in(j.MRZ.Field(c.Field).At) {
			return true
		}
	}
	return false
}
