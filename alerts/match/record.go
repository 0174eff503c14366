package match

import (
	"slices"
	"strings"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/names"
	"github.com/openbmis/openbmis/border"
)

// record is an entry as it is put into a segment.
type record struct {
	key           string
	from, until   day // in force; 0: no bound
	births        []span
	sexes         uint8
	nationalities []string
	names         []nameRecord
	documents     []documentRecord
	vehicles      []vehicleRecord
}

// nameRecord is one reading of a name.
type nameRecord struct {
	flags  uint8
	tokens []tokenRecord
}

// The flags of a name.
const (
	nameWeak       = 1 << iota // a weak alias
	nameConsonants             // its vowels are not known
	nameCut                    // its last token may go on
	nameGuess                  // the reading is a guess
)

type tokenRecord struct {
	text  string
	flags uint32
}

// The flags of a token in a name. The number of the token is above them.
const (
	tokenFamily = 1 << iota
	tokenGiven
	tokenParticle
	tokenBits = 3
)

// maxTokens is how many tokens of a name are compared; a longer name is read as cut.
const maxTokens = 24

// recordOf reads an entry.
func recordOf(e Entry) record {
	s := e.Subject
	r := record{key: e.Key, from: dateDay(e.From), until: dateLast(e.Until), sexes: sexBits(s.Sexes...)}
	if s.Kind == alerts.Organisation || s.Kind == alerts.Vessel || s.Kind == alerts.Aircraft {
		return r // kept and shown; no traveller is one
	}
	for _, b := range s.Births {
		if sp, known := spanOf(b); known && !slices.Contains(r.births, sp) {
			r.births = append(r.births, sp)
		}
	}
	for _, n := range s.Nationalities {
		if code := state(n); code != "" {
			r.nationalities = append(r.nationalities, code)
		}
	}
	for _, n := range s.Names {
		r.names = appendReadings(r.names, n, false)
	}
	for _, d := range s.Documents {
		if doc, ok := documentOf(d); ok {
			r.documents = append(r.documents, doc)
		}
	}
	for _, v := range s.Vehicles {
		r.vehicles = appendVehicle(r.vehicles, v)
	}
	return r
}

// appendReadings adds the readings of a name that are not there yet. The better kind of name counts where both read alike.
func appendReadings(out []nameRecord, n alerts.Name, cut bool) []nameRecord {
	for _, r := range names.Read(n) {
		read := nameRecord{tokens: make([]tokenRecord, 0, len(r.Tokens))}
		read.flags = flagsOf(n, r, cut)
		for _, t := range r.Tokens {
			if t.Text == "" || !plain(t.Text) {
				continue
			}
			if len(read.tokens) == maxTokens {
				read.flags |= nameCut
				break
			}
			read.tokens = append(read.tokens, tokenRecord{t.Text, tokenFlags(t)})
		}
		if len(read.tokens) == 0 {
			continue
		}
		at := slices.IndexFunc(out, func(o nameRecord) bool { return slices.Equal(o.tokens, read.tokens) })
		if at < 0 {
			out = append(out, read)
			continue
		}
		out[at].flags &= read.flags | ^uint8(nameWeak|nameGuess)
	}
	return out
}

func flagsOf(n alerts.Name, r names.Reading, cut bool) uint8 {
	var flags uint8
	if n.Kind == alerts.Weak {
		flags |= nameWeak
	}
	if r.Consonants {
		flags |= nameConsonants
	}
	if r.Cut || cut {
		flags |= nameCut
	}
	if r.Loss >= 0.5 {
		flags |= nameGuess
	}
	return flags
}

func tokenFlags(t names.Token) uint32 {
	var flags uint32
	switch t.Role {
	case alerts.Family:
		flags = tokenFamily
	case alerts.Given, alerts.Patronymic:
		flags = tokenGiven
	case alerts.Unknown:
	}
	if t.Particle {
		flags |= tokenParticle
	}
	return flags
}

// plain reports a token of A-Z: the only letters that are compared.
func plain(text string) bool {
	for i := range len(text) {
		if text[i] < 'A' || text[i] > 'Z' {
			return false
		}
	}
	return true
}

// sexBits has a bit for each of M and F; X and others say nothing.
func sexBits(sexes ...string) uint8 {
	var bits uint8
	for _, s := range sexes {
		switch strings.ToUpper(strings.TrimSpace(s)) {
		case "M", "MALE":
			bits |= 1
		case "F", "FEMALE":
			bits |= 2
		}
	}
	return bits
}

// vehicleRecord is a plate or a VIN as it is looked up.
type vehicleRecord struct {
	number, country string
	vin             bool
}

func appendVehicle(out []vehicleRecord, v alerts.Vehicle) []vehicleRecord {
	if plate := border.FoldPlate(v.Plate); plate != "" {
		out = append(out, vehicleRecord{plate, strings.ToUpper(strings.TrimSpace(v.Country)), false})
	}
	if vin := border.FoldPlate(v.VIN); vin != "" {
		out = append(out, vehicleRecord{vin, "", true})
	}
	return out
}
