package trust

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/openbmis/openbmis/traveldoc/pki"
)

// Dataset is the name of trust material among the reference data that stations take from the centre.
const Dataset = "trust"

// Version is the version of the material, 0 when it has none.
func (s *Store) Version() int64 {
	if s == nil {
		return 0
	}
	return s.version
}

// AsOf is the instant of that version.
func (s *Store) AsOf() time.Time {
	if s == nil {
		return time.Time{}
	}
	return s.asOf
}

// Store answers from a set of items. It is never changed after NewStore, and many may ask at once. A nil Store is an empty one.
type Store struct {
	version int64
	asOf    time.Time

	byKeyID   map[string][]*Authority // by subject key identifier
	bySubject map[string][]*Authority // by Name.Key
	crls      []*list
	defects   []Defect
	counts    map[Kind]int
}

// NewStore indexes items. Those that cannot be read are given back by place and reason; the store works without them.
func NewStore(items []Item, version int64, asOf time.Time) (*Store, []pki.Refused) {
	s := &Store{
		version: version, asOf: asOf,
		byKeyID: map[string][]*Authority{}, bySubject: map[string][]*Authority{}, counts: map[Kind]int{},
	}
	var refused []pki.Refused
	for i, item := range items {
		if err := s.add(item); err != nil {
			refused = append(refused, pki.Refused{Index: i, Subject: item.ID, Reason: err.Error()})
		}
	}
	return s, refused
}

// Counts is how many items of each kind the store holds.
func (s *Store) Counts() map[Kind]int {
	if s == nil {
		return map[Kind]int{}
	}
	return maps.Clone(s.counts)
}

func (s *Store) add(item Item) error {
	switch item.Kind {
	case CSCA, Link:
		c, err := pki.ParseCertificate(item.DER)
		if err != nil {
			return err
		}
		s.addAuthority(&Authority{Certificate: c, Kind: item.Kind, Sources: item.Sources})
	case CRL:
		c, err := pki.ParseCRL(item.DER)
		if err != nil {
			return err
		}
		s.addList(c, item.Sources)
	case Deviation:
		if item.Defect == nil {
			return errors.New("a deviation without its defect")
		}
		s.defects = append(s.defects, *item.Defect)
	case DSC, MasterListSigner: // kept and shown; a chain does not need them
	default:
		return fmt.Errorf("kind %q is not known", item.Kind)
	}
	s.counts[item.Kind]++
	return nil
}

func (s *Store) addAuthority(a *Authority) {
	key := a.Certificate.Subject.Key()
	s.bySubject[key] = append(s.bySubject[key], a)
	if id := string(a.Certificate.SubjectKeyID); id != "" {
		s.byKeyID[id] = append(s.byKeyID[id], a)
	}
}
