package screening

import (
	"iter"
	"maps"
	"strings"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/traveldoc"
)

// Catalogue is an index of alerts with the policies of their lists. It never changes: With gives a new one.
type Catalogue struct {
	index *match.Index
	lists map[string]alerts.ListInfo
	least float64 // the lowest threshold of any list
	// secret are the keys of the discreet alerts in it.
	secret map[string]struct{}
	// vehicles says that an alert in it looks, or looked, for one.
	vehicles bool
}

// NewCatalogue makes a catalogue of the alerts that are active.
func NewCatalogue(lists map[string]alerts.ListInfo, active iter.Seq[alerts.Alert]) *Catalogue {
	vehicles := false
	secret := map[string]struct{}{}
	entries := func(yield func(match.Entry) bool) {
		for a := range active {
			vehicles = vehicles || len(a.Subject.Vehicles) > 0
			if a.Secrecy == alerts.Discreet {
				secret[a.Key()] = struct{}{}
			}
			if !yield(match.EntryOf(a)) {
				return
			}
		}
	}
	index := match.Build(entries)
	return withLists(index, lists, vehicles, secret)
}

// With is the catalogue after changes of alerts; lists are all lists as they are now.
func (c *Catalogue) With(lists map[string]alerts.ListInfo, changes []Change) *Catalogue {
	var put []match.Entry
	var drop []string
	vehicles, secret := c.vehicles, maps.Clone(c.secret)
	for _, ch := range changes {
		delete(secret, ch.Alert.Key())
		if ch.Active() && ch.Alert.Secrecy == alerts.Discreet {
			secret[ch.Alert.Key()] = struct{}{}
		}
		if ch.Active() {
			put = append(put, match.EntryOf(ch.Alert))
			vehicles = vehicles || len(ch.Alert.Subject.Vehicles) > 0
		} else {
			drop = append(drop, ch.Alert.Key())
		}
	}
	return withLists(c.index.With(put, drop), lists, vehicles, secret)
}

func withLists(index *match.Index, lists map[string]alerts.ListInfo, vehicles bool, secret map[string]struct{}) *Catalogue {
	c := &Catalogue{index: index, lists: make(map[string]alerts.ListInfo, len(lists)), least: 1, vehicles: vehicles, secret: secret}
	for id, l := range lists {
		l.Policy = l.Policy.Complete()
		c.lists[id] = l
		for _, least := range l.Policy.Thresholds {
			c.least = min(c.least, least)
		}
	}
	if len(lists) == 0 {
		c.least = alerts.DefaultPolicy().Thresholds[alerts.Possible]
	}
	return c
}

// Len is the number of alerts, discreet ones among them: for the program alone.
func (c *Catalogue) Len() int { return c.index.Len() }

// Vehicles reports whether an alert in it may look for a vehicle.
func (c *Catalogue) Vehicles() bool { return c.vehicles }

// fieldVehicle is the field of a match by the vehicle.
const fieldVehicle = "vehicle"

// Candidate is an alert that a person meets by its list's policy.
type Candidate struct {
	Key   string
	List  alerts.ListInfo
	Band  alerts.Band
	Match match.Match
	Field string // "" for a person or his document, "vehicle"
}

// Search finds the alerts in force today that the person meets.
func (c *Catalogue) Search(p Person, today traveldoc.Date) []Candidate {
	var found []Candidate
	for _, m := range c.index.Search(p.query(today, c.least)).Matches {
		list := c.list(m.Key)
		if band := list.Policy.Band(m.Score); band != "" {
			found = append(found, Candidate{Key: m.Key, List: list, Band: band, Match: m})
		}
	}
	if !c.vehicles || p.Vehicle == nil || p.Vehicle.Plate == "" {
		return found
	}
	for _, m := range c.index.Vehicles(alerts.Vehicle{Plate: p.Vehicle.Plate, Country: p.Vehicle.Country}, today) {
		found = append(found, Candidate{Key: m.Key, List: c.list(m.Key), Band: alerts.Certain, Match: m, Field: fieldVehicle})
	}
	return found
}

// list is the list of an alert's key; one that is not known has the default policy.
func (c *Catalogue) list(key string) alerts.ListInfo {
	id, _, _ := strings.Cut(key, "/")
	if l, known := c.lists[id]; known {
		return l
	}
	return alerts.ListInfo{ID: id, Policy: alerts.DefaultPolicy()}
}
