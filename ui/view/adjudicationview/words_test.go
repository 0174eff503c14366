package adjudicationview

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/ui/text"
)

// Below one in two there is no number to tell: "one in 1" says nothing.
func TestChanceInWords(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	ctx := text.NewContext(context.Background(), texts.Printer("en"))
	require.Equal(t, "most pairs of different fingers are as alike", Chance(ctx, 0, false))
	require.Equal(t, "most pairs", Chance(ctx, 1, true))
	require.Equal(t, "one in 1,000 pairs of different fingers is as alike", Chance(ctx, 30, false))
	require.Equal(t, "1 in 1,000", Chance(ctx, 30, true))
}

// Both sides of a mismatch are of one file, whose facts stand once.
func TestOneFile(t *testing.T) {
	file := uuid.New()
	s := Screen{Dossier: fingers.Dossier{Task: &fingers.Task{}}}
	s.Traveller.File, s.Other.File = file, file
	s.Task.Candidacy.Ground = fingers.GroundMismatch
	require.True(t, s.oneFile())
	s.Other.File = uuid.New()
	require.False(t, s.oneFile())
	s.Other.File, s.Task.Candidacy.Ground = file, fingers.GroundCandidate
	require.False(t, s.oneFile())
}

// Engine and version are two names; where there is no version none is promised.
func TestFoundWith(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	ctx := text.NewContext(context.Background(), texts.Printer("en"))
	c := fingers.Candidacy{Score: 3.1, Engine: "openbmis-gallery", Version: "openbmis-fingerprint-1"}
	require.Equal(t, "As found: 3.1 · engine openbmis-gallery · version openbmis-fingerprint-1", foundWith(ctx, c))
	c.Version = ""
	require.Equal(t, "As found: 3.1 · engine openbmis-gallery", foundWith(ctx, c))
}

// A field that one side does not say differs from nothing: of a candidate at another station nothing is known here. A year and a day in it may
// be the same.
func TestWhatIsNotKnownDoesNotDiffer(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	ctx := text.NewContext(context.Background(), texts.Printer("en"))
	known := func(birth string) fingers.Side {
		var p file.Known
		p.Identity.Surname, p.Identity.Sex, p.Document.Number = "ERIKSSON", "F", "X100"
		require.NoError(t, p.Identity.BirthDate.UnmarshalText([]byte(birth)))
		require.NoError(t, p.Document.ExpiryDate.UnmarshalText([]byte("2031-04-15")))
		return fingers.Side{Papers: []file.Known{p}}
	}
	sign := func(label text.Key, traveller, other fingers.Side) string {
		var s Screen
		s.Traveller, s.Other = traveller, other
		for _, r := range s.rows(ctx) {
			if r.label == label {
				return r.sign()
			}
		}
		return ""
	}
	var s Screen
	s.Traveller = known("1974-08-12")
	for _, r := range s.rows(ctx) {
		require.Equal(t, "?", r.sign(), r.label)
	}
	require.Equal(t, "?", sign(text.AdjudicationBorn, fingers.Side{}, fingers.Side{}), "nor are two unknown dates the same")
	for other, want := range map[string]string{"1974-08-12": "=", "1974-08-13": "≠", "1974": "?", "1973": "≠"} {
		require.Equal(t, want, sign(text.AdjudicationBorn, known("1974-08-12"), known(other)), other)
	}
	require.Equal(t, "=", sign(text.AdjudicationBorn, known("1974"), known("1974")))
	require.Equal(t, "=", sign(text.AdjudicationExpiry, known("1974"), known("1974")))
}
