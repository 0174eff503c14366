package passengerdb

import (
	"strings"

	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/traveldoc"

	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
)

// The kinds of marks: keyed hashes by which a person is found without his data standing anywhere in clear.
const (
	markDocument    = 1 // folded number
	markNameBirth   = 2 // traveldoc.NameKey and birth date
	markLocator     = 3
	markRef         = 4 // unique passenger reference
	markName        = 5 // traveldoc.NameKey
	markReservation = 9 // key of passenger_reservation
)

// markSize is how much of a keyed hash is kept, in bytes: nobody makes a collision on purpose without the key, and who is found is
// compared with what was searched for.
const markSize = 16

func mark(key *vault.DataKey, kind int, parts ...string) ([]byte, error) {
	sum, err := key.Fingerprint([]byte(itoa(kind) + "\x00" + strings.Join(parts, "\x00")))
	if err != nil {
		return nil, err
	}
	return sum[:markSize], nil
}

// marked is a mark with its kind.
type marked struct {
	kind int
	mark []byte
}

// marksOf are the marks of a person: of everything that either source says, so that he is found by either.
func marksOf(key *vault.DataKey, p *manifest.Person) ([]marked, error) {
	return marksOfTravellers(key, p.API, p.PNR)
}

func marksOfTravellers(key *vault.DataKey, travellers ...*traveller) ([]marked, error) {
	var list []marked
	seen := map[string]bool{}
	add := func(kind int, parts ...string) error {
		for _, part := range parts {
			if part == "" {
				return nil
			}
		}
		m, err := mark(key, kind, parts...)
		if err == nil && !seen[string(m)] {
			seen[string(m)] = true
			list = append(list, marked{kind, m})
		}
		return err
	}
	for _, t := range travellers {
		if t == nil {
			continue
		}
		for _, d := range t.Documents {
			if err := add(markDocument, traveldoc.FoldNumber(d.Number)); err != nil {
				return nil, err
			}
		}
		name := traveldoc.NameKey(t.Surname, t.GivenNames)
		for _, err := range []error{
			add(markNameBirth, name, t.BirthDate.String()), add(markName, name), add(markLocator, locator(t.Locator)), add(markRef, t.Ref),
		} {
			if err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

func locator(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }
