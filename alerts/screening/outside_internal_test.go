package screening

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// entry is what a service says of a document, by the action that its entry asks for; of a person without one.
func entry(ref, document string, action alerts.Action) []border.Evidence {
	head := border.Evidence{Code: hit.CodeDocument, Field: "document_number", Found: document, Severity: border.SecondLine, Ref: ref, Band: "certain", Score: 1}
	if document == "" {
		head.Code, head.Field = hit.CodeMatch, "name"
	}
	return []border.Evidence{head, {Code: hit.CodeAction, Expected: string(action), Severity: border.SecondLine, Ref: ref}}
}

func says(check string, evidence ...[]border.Evidence) border.Finding {
	f := border.Finding{Check: check, Outcome: border.Hit}
	for _, e := range evidence {
		f.Evidence = append(f.Evidence, e...)
	}
	return f
}

func TestHitsOfServicesOutside(t *testing.T) {
	person := Person{
		Occasion: uuid.New(), Flight: &hit.Flight{Number: "0123"}, Document: traveldoc.Document{Number: "C01X00T47", IssuingState: "DEU"},
		Documents: []traveldoc.Document{{Number: "14az 23456", IssuingState: "FRA"}},
	}
	const main, other = "D C01X00T47", "FRA 14AZ23456" // as a service is asked: folded, one code for each State
	type raised struct{ check, alert, document string }
	for name, test := range map[string]struct {
		findings []border.Finding
		want     []raised
	}{
		"no answer": {[]border.Finding{{Check: "interpol.sltd", Outcome: border.NotChecked, Evidence: entry("sltd/S1@1", main, "refer")}}, nil},
		"no hit":    {[]border.Finding{{Check: "interpol.sltd", Outcome: border.NoHit}}, nil},
		"another check's hit": {
			[]border.Finding{says(alerts.CheckName, entry("national/1@1", "", "detain"))}, nil,
		},
		"one document": {
			[]border.Finding{says("interpol.sltd", entry("sltd/S1@1", main, "seize_document"))}, []raised{{"interpol.sltd", "sltd/S1", "C01X00T47"}},
		},
		"each document of his": {
			[]border.Finding{says("interpol.sltd", entry("sltd/S1@1", main, "refer"), entry("sltd/S2@1", other, "refer"))},
			[]raised{{"interpol.sltd", "sltd/S1", "C01X00T47"}, {"interpol.sltd", "sltd/S2", "14az 23456"}},
		},
		"two entries on one document: the more urgent one names it": {
			[]border.Finding{says("interpol.sltd", entry("sltd/S1@1", main, "observe"), entry("sltd/S2@1", main, "detain"))},
			[]raised{{"interpol.sltd", "sltd/S2", "C01X00T47"}},
		},
		"two services on one document": {
			[]border.Finding{says("interpol.sltd", entry("sltd/S1@1", main, "refer")), says("interpol.tdawn", entry("tdawn/N1@1", main, "refer"))},
			[]raised{{"interpol.sltd", "sltd/S1", "C01X00T47"}, {"interpol.tdawn", "tdawn/N1", "C01X00T47"}},
		},
		"two persons of notices, either of whom he may be": {
			[]border.Finding{says("interpol.nominals", entry("nominals/1@1", "", "detain"), entry("nominals/2@1", "", "detain"))},
			[]raised{{"interpol.nominals", "nominals/1", "C01X00T47"}, {"interpol.nominals", "nominals/2", "C01X00T47"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := person
			p.Findings = test.findings
			var got []raised
			ids := map[uuid.UUID]bool{}
			for _, f := range outside(p) {
				require.True(t, f.Outside())
				require.Empty(t, f.Agency)
				require.Equal(t, IsExpected, f.Raise.Retro)
				require.Equal(t, p.Flight, f.Raise.Flight)
				got = append(got, raised{f.Raise.Check, f.Raise.Alert, f.Raise.Document.Number})
				ids[f.ID] = true
			}
			require.Equal(t, test.want, got)
			require.Len(t, ids, len(got), "an id for each")
			p.Flight = nil
			require.Empty(t, outside(p), "a station raises what its own checks found")
			require.NotContains(t, p.held(), "sltd/S1", "no list of ours holds it")
		})
	}
}

func TestWhatIsNewsOfAServiceOutside(t *testing.T) {
	raise := func(evidence ...[]border.Evidence) hit.Raise {
		var r hit.Raise
		for _, e := range evidence {
			r.Evidence = append(r.Evidence, e...)
		}
		return r
	}
	one, two, next := entry("sltd/S1@1", "D 1", "refer"), entry("sltd/S2@1", "D 1", "refer"), entry("sltd/S1@2", "D 1", "refer")
	note := []border.Evidence{{Code: "interpol_unlike", Found: "3", Severity: border.Note}}
	for name, test := range map[string]struct {
		was, now hit.Raise
		want     bool
	}{
		"the same":                {raise(one), raise(one), false},
		"fewer":                   {raise(one, two), raise(two), false},
		"in another order":        {raise(one, two), raise(two, one), false},
		"a note":                  {raise(one), raise(one, note), false},
		"what is to be done":      {raise(one), raise(entry("sltd/S1@1", "D 1", "detain")), false},
		"another entry":           {raise(one), raise(two), true},
		"one more":                {raise(one), raise(one, two), true},
		"another version":         {raise(one), raise(next), true},
		"another document of his": {raise(one), raise(entry("sltd/S1@1", "D 2", "refer")), true},
	} {
		require.Equal(t, test.want, Found{Raise: test.now}.News(test.was), name)
	}
}
