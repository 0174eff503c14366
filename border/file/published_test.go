package file_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

func row(t testing.TB) file.Published {
	t.Helper()
	day := traveldoc.DateOf(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	p := file.Published{File: id(1), Members: []uuid.UUID{id(1), id(2)}}
	p.Papers = []file.Paper{{File: id(1), Document: traveldoc.Document{Number: "X1", IssuingState: "UTO"}}}
	p.Movements = []stay.Movement{{ID: id(3), Direction: border.Entry, At: time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC), Date: day, Station: "test-air"}}
	p.Authorisations = []stay.Authorisation{{ID: id(4), Kind: stay.Extended, On: day, Until: day, At: time.Unix(1, 0).UTC()}}
	p.Links = []file.StandingLink{{ID: id(5), At: time.Unix(1, 0).UTC(), Link: file.Link{A: id(1), B: id(2), Verdict: file.Same}}}
	p.Absent = []file.FingerWord{{
		Position: biometrics.RightIndex, Missing: biometrics.Amputated, Station: "test-air", At: time.Unix(2, 0).UTC(), By: "amira", Since: time.Unix(1, 0).UTC(),
	}}
	return p
}

func TestParsePublished(t *testing.T) {
	good, err := json.Marshal(row(t))
	require.NoError(t, err)
	p, bad := file.ParsePublished(id(1).String(), good)
	require.Empty(t, bad)
	require.Equal(t, row(t), p)
	for name, c := range map[string]struct {
		change func(*file.Published)
		bad    file.Unusable
	}{
		"another file's key":          {func(p *file.Published) { p.File = id(9) }, file.Unusable{Item: "row", Reason: "file_unknown"}},
		"a document without number":   {func(p *file.Published) { p.Papers[0].Document.Number = "<<" }, file.Unusable{Item: "papers[0]", Reason: "number_missing"}},
		"a name that cannot be kept":  {func(p *file.Published) { p.Papers[0].Identity.Surname = "A\x00B" }, file.Unusable{Item: "papers[0]", Reason: "text_unkeepable"}},
		"a name without end":          {func(p *file.Published) { p.Papers[0].Identity.Surname = strings.Repeat("A", 300) }, file.Unusable{Item: "papers[0]", Reason: "text_unkeepable"}},
		"a movement without id":       {func(p *file.Published) { p.Movements[0].ID = uuid.Nil }, file.Unusable{Item: "movements[0]", Reason: "id_missing"}},
		"a movement to nowhere":       {func(p *file.Published) { p.Movements[0].Direction = "up" }, file.Unusable{Item: "movements[0]", Reason: "direction_unknown"}},
		"a movement at no time":       {func(p *file.Published) { p.Movements[0].At = time.Time{} }, file.Unusable{Item: "movements[0]", Reason: "time_missing"}},
		"a movement on no day":        {func(p *file.Published) { p.Movements[0].Date = traveldoc.Date{} }, file.Unusable{Item: "movements[0]", Reason: "date_missing"}},
		"a change of unknown kind":    {func(p *file.Published) { p.Authorisations[0].Kind = "bent" }, file.Unusable{Item: "authorisations[0]", Reason: "kind_unknown"}},
		"a change at no time":         {func(p *file.Published) { p.Authorisations[0].At = time.Time{} }, file.Unusable{Item: "authorisations[0]", Reason: "time_missing"}},
		"a finger that is none":       {func(p *file.Published) { p.Absent[0].Position = 0 }, file.Unusable{Item: "absent[0]", Reason: "finger_unknown"}},
		"a finger for a while":        {func(p *file.Published) { p.Absent[0].Missing = biometrics.Bandaged }, file.Unusable{Item: "absent[0]", Reason: "code_unknown"}},
		"a finger since never":        {func(p *file.Published) { p.Absent[0].Since = time.Time{} }, file.Unusable{Item: "absent[0]", Reason: "time_missing"}},
		"a finger said nowhere":       {func(p *file.Published) { p.Absent[0].Station = "" }, file.Unusable{Item: "absent[0]", Reason: "text_unkeepable"}},
		"a word on one file":          {func(p *file.Published) { p.Links[0].B = p.Links[0].A }, file.Unusable{Item: "links[0]", Reason: "files_missing"}},
		"a word that nobody knows":    {func(p *file.Published) { p.Links[0].Verdict = "maybe" }, file.Unusable{Item: "links[0]", Reason: "verdict_unknown"}},
		"evidence that is not a text": {func(p *file.Published) { p.Links[0].Evidence = "\x00" }, file.Unusable{Item: "links[0]", Reason: "text_unkeepable"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := row(t)
			c.change(&r)
			data, err := json.Marshal(r)
			require.NoError(t, err)
			_, bad := file.ParsePublished(id(1).String(), data)
			require.Equal(t, []file.Unusable{c.bad}, bad)
		})
	}
	_, bad = file.ParsePublished(id(1).String(), []byte(`{"file":"`+id(1).String()+`","movements":[{"date":"31.12.2026"}]}`))
	require.Equal(t, []file.Unusable{{Item: "movements[0]", Reason: "not_readable"}}, bad)
}

// Whatever arrives, what is said to be usable can be kept.
func FuzzParsePublished(f *testing.F) {
	good, err := json.Marshal(row(f))
	require.NoError(f, err)
	f.Add(good)
	f.Add([]byte(`{"file":7}`))
	f.Add([]byte(`{"file":"00000000-0000-0000-0000-000000000001","papers":[{"document":{"number":"\u0000"}}],"links":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, _ := file.ParsePublished(id(1).String(), data) // what is unusable is told beside, and no concern here
		for _, m := range p.Movements {
			require.Empty(t, file.CheckMovement(m))
			require.NotContains(t, m.Station, "\x00")
		}
		for _, paper := range p.Papers {
			require.NotContains(t, paper.Identity.Surname+paper.Identity.GivenNames, "\x00")
			require.NotEmpty(t, traveldoc.FoldNumber(paper.Document.Number))
		}
	})
}
