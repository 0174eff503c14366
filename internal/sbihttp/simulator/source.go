package simulator

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/synthetic"
)

// Touch is how a finger is put on the reader.
type Touch struct {
	Seed               uint64 // no two captures have the same
	Quality            float64
	Pressure, Moisture float64 // 0: as it comes
}

// Source gives the prints.
type Source interface {
	// Print is one impression of a finger of a person; false where the person has no such finger.
	Print(person string, finger biometrics.Position, touch Touch) (biometrics.Image, bool, error)
	// People are the persons whose names are known beforehand.
	People() []string
}

// kept is how many synthetic persons are held grown, unless Keep says otherwise.
const kept = 6

// Synthetic grows a person out of any name: the same name, the same ten fingers. It is safe for concurrent use.
type Synthetic struct {
	kept   int
	mu     sync.Mutex
	people map[string]*synthetic.Person
	order  []string // least recently asked first
}

// NewSynthetic makes a source of synthetic prints.
func NewSynthetic() *Synthetic { return &Synthetic{kept: kept, people: map[string]*synthetic.Person{}} }

// Keep holds so many persons grown: each finger that was pressed takes a tenth of a second to grow, and some 300 kB.
func (s *Synthetic) Keep(persons int) *Synthetic {
	s.kept = max(1, persons)
	return s
}

// People is empty: every name is somebody.
func (s *Synthetic) People() []string { return nil }

// PersonSeed is the seed of the person of a name.
func PersonSeed(name string) uint64 {
	sum := sha256.Sum256([]byte("person of a simulated reader: " + name))
	return binary.BigEndian.Uint64(sum[:8])
}

// Print presses a finger.
func (s *Synthetic) Print(name string, finger biometrics.Position, t Touch) (biometrics.Image, bool, error) {
	f := s.person(name).Finger(finger)
	if f == nil {
		return biometrics.Image{}, false, nil
	}
	pose := synthetic.Draw(t.Seed, t.Quality)
	if t.Pressure != 0 {
		pose.Pressure = t.Pressure
	}
	if t.Moisture != 0 {
		pose.Moisture = t.Moisture
	}
	return f.Impression(pose), true, nil
}

func (s *Synthetic) person(name string) *synthetic.Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, known := range s.order {
		if known == name {
			s.order = append(append(s.order[:i:i], s.order[i+1:]...), name)
			return s.people[name]
		}
	}
	if len(s.order) == s.kept {
		delete(s.people, s.order[0])
		s.order = s.order[1:]
	}
	s.people[name] = synthetic.NewPerson(PersonSeed(name))
	s.order = append(s.order, name)
	return s.people[name]
}
