package config

import (
	"fmt"
	"strings"
	"time"
)

// Transport is how travellers come to a station. The words are those of the configuration.
type Transport string

// The modes of transport.
const (
	Air   Transport = "air"
	Land  Transport = "land"
	Sea   Transport = "sea"
	Rail  Transport = "rail"
	River Transport = "river"
	Foot  Transport = "foot"
)

var transports = []string{string(Air), string(Land), string(Sea), string(Rail), string(River), string(Foot)}

// Direction is the way a lane leads.
type Direction string

// The directions of a lane.
const (
	Entry Direction = "entry"
	Exit  Direction = "exit"
)

// Lane is one lane of the station, such as 1 leading in.
type Lane struct {
	Name      string
	Direction Direction
}

func (l Lane) String() string { return l.Name + ":" + string(l.Direction) }

const maxLanes = 200

// parseLanes reads "1:entry,2:exit"; names are unique.
func parseLanes(text string) ([]Lane, error) {
	parts := list(text)
	if len(parts) == 0 || len(parts) > maxLanes {
		return nil, fmt.Errorf("names %d lanes; expected 1 to %d", len(parts), maxLanes)
	}
	seen := make(map[string]bool, len(parts))
	lanes := make([]Lane, 0, len(parts))
	for i, part := range parts {
		name, way, _ := strings.Cut(part, ":")
		lane := Lane{Name: strings.TrimSpace(name), Direction: Direction(strings.TrimSpace(way))}
		switch {
		case lane.Name == "" || len(lane.Name) > 16:
			return nil, fmt.Errorf("part %d, %q, names no lane; expected NAME:entry or NAME:exit, NAME of 1 to 16 characters", i+1, part)
		case lane.Direction != Entry && lane.Direction != Exit:
			return nil, fmt.Errorf("part %d, %q, has no direction; expected NAME:entry or NAME:exit", i+1, part)
		case seen[lane.Name]:
			return nil, fmt.Errorf("names lane %q twice; expected each lane once", lane.Name)
		}
		seen[lane.Name] = true
		lanes = append(lanes, lane)
	}
	return lanes, nil
}

// Deadlines are how long the counter waits for a check before it counts as not checked.
type Deadlines struct {
	All time.Duration            // for checks that are not named
	By  map[string]time.Duration // by the check's name
}

// For is the deadline of the check with this name.
func (d Deadlines) For(check string) time.Duration {
	if own, ok := d.By[check]; ok {
		return own
	}
	return d.All
}

// parseDeadlines reads "all:2s,alerts:500ms".
func parseDeadlines(text string, all time.Duration) (Deadlines, error) {
	d := Deadlines{All: all, By: map[string]time.Duration{}}
	for i, part := range list(text) {
		name, value, _ := strings.Cut(part, ":")
		span, err := time.ParseDuration(strings.TrimSpace(value))
		if err != nil || span < 10*time.Millisecond || span > time.Minute {
			return d, fmt.Errorf("part %d, %q, is no deadline; expected CHECK:DURATION, 10ms to 1m, such as alerts:500ms", i+1, part)
		}
		if name = strings.TrimSpace(name); name == "all" {
			d.All = span
			continue
		}
		d.By[name] = span
	}
	return d, nil
}

// list splits at commas and drops what is blank.
func list(text string) []string {
	var parts []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}
