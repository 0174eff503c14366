package crosscheck_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/crosscheck"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

const specimenZone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"

// zoneRead is what the check says of a zone that was read from an image.
func zoneRead(t *testing.T, z *reader.Zone) border.Finding {
	t.Helper()
	s := traveller(t)
	parsed, err := mrz.Parse(specimenZone, s.Today, mrz.Training)
	require.NoError(t, err)
	s.MRZ, s.Document.MRZ = parsed, specimenZone
	s.Reading = &reader.Reading{MRZ: specimenZone, Zone: z}
	f, err := crosscheck.Images{Rules: rules(t)}.Check(t.Context(), s)
	require.NoError(t, err)
	return f
}

func confident(low map[int]float64) []float64 {
	all := make([]float64, len(strings.ReplaceAll(specimenZone, "\n", "")))
	for n := range all {
		all[n] = 0.99
		if p, ok := low[n]; ok {
			all[n] = p
		}
	}
	return all
}

func TestTheReadingOfTheZoneSaysHowSureItWas(t *testing.T) {
	sure := zoneRead(t, &reader.Zone{By: "openbmis", Confidence: confident(nil)})
	require.Equal(t, traveldoc.Pass, step(t, sure, "image.reading").Verdict)

	for name, c := range map[string]struct {
		zone  reader.Zone
		says  []string
		amber bool
	}{
		"document number":  {reader.Zone{Doubts: []mrz.RunnerUp{{Line: 2, Position: 2, Character: 'B'}}}, []string{"2:2 8/B"}, true},
		"its digit":        {reader.Zone{Confidence: confident(map[int]float64{44 + 9: 0.5})}, []string{"2:10 6"}, true},
		"date of expiry":   {reader.Zone{Confidence: confident(map[int]float64{44 + 21: 0.89})}, []string{"2:22 1"}, true},
		"optional data":    {reader.Zone{Confidence: confident(map[int]float64{44 + 30: 0.89})}, []string{"2:31 1"}, true},
		"name":             {reader.Zone{Doubts: []mrz.RunnerUp{{Line: 1, Position: 6, Character: 'F'}}}, []string{"1:6 E/F"}, false},
		"sex":              {reader.Zone{Confidence: confident(map[int]float64{44 + 20: 0.2})}, []string{"2:21 F"}, false},
		"name and number":  {reader.Zone{Doubts: []mrz.RunnerUp{{Line: 1, Position: 6, Character: 'F'}}, Confidence: confident(map[int]float64{44: 0})}, []string{"1:6 E/F", "2:1 L"}, true},
		"no place in zone": {reader.Zone{Doubts: []mrz.RunnerUp{{Line: 3, Position: 1, Character: 'F'}}}, []string{"3:1/F"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := zoneRead(t, &c.zone)
			s := step(t, f, "image.reading")
			require.Equal(t, traveldoc.Inconclusive, s.Verdict)
			require.Equal(t, crosscheck.ReasonDoubtful, s.Reason)
			require.Equal(t, border.Acknowledge, s.Severity)
			require.Equal(t, c.amber, s.Amber)
			var said []string
			for _, v := range s.Values[1:] {
				said = append(said, v.Text)
			}
			require.Equal(t, c.says, said)
			require.NotEqual(t, border.Hit, f.Outcome, "a doubt of ours is no fault of the document's")
			if c.amber {
				require.Equal(t, border.NotChecked, f.Outcome)
			}
		})
	}
}

func TestAZoneThatADeviceGaveAsTextHasNoSuchStep(t *testing.T) {
	f := images(t, &reader.Reading{Images: []reader.Image{{Light: reader.White, Data: []byte{1}}}}, nil)
	for _, s := range f.Steps {
		require.NotEqual(t, "image.reading", s.ID)
	}
}
