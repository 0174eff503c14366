package synth

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// RandomZone is the zone of a document that nobody bears: its lines.
func RandomZone(r *rand.Rand, format mrz.Format) ([]string, error) {
	state := randomState(r)
	nationality := state
	if r.IntN(8) == 0 {
		nationality = randomState(r)
	}
	var extra mrz.Extra
	if r.IntN(2) == 0 {
		extra.OptionalData[0] = letters(r, r.IntN(7), alphanumeric)
	}
	if format == mrz.TD1 && r.IntN(3) == 0 {
		extra.OptionalData[1] = letters(r, r.IntN(12), alphanumeric)
	}
	birth, err := traveldoc.NewDate(1940+r.IntN(84), 1+r.IntN(12), 1+r.IntN(28))
	if err != nil {
		return nil, fmt.Errorf("make a zone: %w", err)
	}
	expiry, err := traveldoc.NewDate(2024+r.IntN(12), 1+r.IntN(12), 1+r.IntN(28))
	if err != nil {
		return nil, fmt.Errorf("make a zone: %w", err)
	}
	text, err := mrz.Encode(format,
		traveldoc.Document{Code: code(r, format), IssuingState: state, Number: letters(r, 9, alphanumeric), ExpiryDate: expiry},
		traveldoc.Identity{
			Surname: name(r), GivenNames: names(r), BirthDate: birth, Sex: []string{"M", "F", "X"}[r.IntN(3)], Nationality: nationality,
		}, extra)
	if err != nil {
		return nil, fmt.Errorf("make a zone: %w", err)
	}
	return strings.Split(text, "\n"), nil
}

const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

func code(r *rand.Rand, format mrz.Format) string {
	switch format { //nolint:exhaustive // the others are cards
	case mrz.TD3:
		return []string{"P", "P", "PD", "PO"}[r.IntN(4)]
	case mrz.MRVA, mrz.MRVB:
		return "V"
	}
	return []string{"I", "ID", "AC", "C"}[r.IntN(4)]
}

// randomState is a state that issues documents today.
func randomState(r *rand.Rand) string {
	all := mrz.States()
	for {
		code := all[r.IntN(len(all))]
		if s, ok := mrz.LookupState(code); ok && s.Issuer && s.Kind == "iso" && s.From.IsZero() && s.To.IsZero() {
			return code
		}
	}
}

func letters(r *rand.Rand, n int, from string) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = from[r.IntN(len(from))]
	}
	return string(text)
}

// name is a word of syllables, with rare letters often enough to matter.
func name(r *rand.Rand) string {
	if r.IntN(4) == 0 {
		return letters(r, 2+r.IntN(9), alphanumeric[10:])
	}
	text := ""
	for range 1 + r.IntN(4) {
		text += letters(r, 1, "BCDFGHJKLMNPRSTVWXZQ") + letters(r, 1, "AEIOUY")
		if r.IntN(3) == 0 {
			text += letters(r, 1, "LMNRSTX")
		}
	}
	return text
}

func names(r *rand.Rand) string {
	all := make([]string, r.IntN(4))
	for i := range all {
		all[i] = name(r)
	}
	return strings.Join(all, " ")
}
