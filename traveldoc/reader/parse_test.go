package reader_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

var received = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

func TestTheExampleOfTheDocumentationIsRead(t *testing.T) {
	page, err := os.ReadFile("../../docs/reader.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(page), "```json\n")
	require.True(t, found)
	example, _, _ := strings.Cut(rest, "```")
	r, err := reader.Parse([]byte(example), received)
	require.NoError(t, err)
	require.NotEmpty(t, r.Values)
	require.NotEmpty(t, r.Images)
	require.NotEmpty(t, r.Chip.Files)
	require.Contains(t, []reader.Light{r.Authenticity[0].Light, r.Authenticity[1].Light}, reader.Ultraviolet, "lights by number or name")
	for _, name := range reader.FeaturesOf(1<<24 - 1) {
		if !strings.HasPrefix(name, "feature-") {
			require.Contains(t, string(page), name, "every feature is documented")
		}
	}
}

func whole() reader.Reading {
	return reader.Reading{
		ID: "a-1", At: received, Device: reader.Device{Vendor: "V", Model: "M", Serial: "1", Simulated: true}, MRZ: "P<UTO\nL89",
		Zone: &reader.Zone{By: "openbmis", Raw: "P<UT0", Confidence: []float64{.5, 1}, Doubts: []mrz.RunnerUp{{Line: 1, Position: 5, Character: '0'}}},
		Values: []reader.Value{{Field: "surname", Source: reader.VIZ, Text: "É", Validity: reader.OK, Page: 1,
			Area: &reader.Rectangle{Left: 1, Top: 2, Right: 3, Bottom: 4}}},
		Images:   []reader.Image{{Light: reader.Infrared, Page: 1, MediaType: "image/png", DPI: 300, Data: []byte{1, 2}}},
		Barcodes: []reader.Barcode{{Symbology: "qr", Data: []byte{3}}},
		Chip: &reader.Chip{
			Access: "bac", Files: map[string][]byte{"DG1": {4}}, Unread: map[string]string{"DG3": "needs terminal authentication"},
			Active: &reader.ActiveAuthentication{Challenge: make([]byte, 8), Response: []byte{5}}, ChipAuthentication: reader.OK, PACECAM: reader.Error,
		},
		Authenticity: []reader.Authenticity{{Feature: "uv_fibers", Light: reader.Ultraviolet, Page: 1, Result: reader.Error, Detail: "d"}},
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	want := whole()
	text, err := json.Marshal(want)
	require.NoError(t, err)
	got, err := reader.Parse(text, received.Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, &want, got)
}

func TestDevicesNumbersAreUnderstood(t *testing.T) {
	r, err := reader.Parse([]byte(`{"values": [{"field": "sex", "source": "viz", "text": "F", "validity": 1}], "authenticity": [
		{"feature": 4096, "light": 3072, "result": 0}, {"feature": 256, "light": 77, "result": 2}, {"feature": "feature-2048", "result": "ok"}]}`), received)
	require.NoError(t, err)
	require.Equal(t, reader.OK, r.Values[0].Validity)
	require.Equal(t, received, r.At)
	require.Equal(t, []reader.Authenticity{
		{Feature: "holograms", Light: reader.AxialWhite, Result: reader.Error},
		{Feature: "feature-256", Light: "light-77", Result: reader.WasNotDone},
		{Feature: "feature-2048", Result: reader.OK},
	}, r.Authenticity)
}

func TestEveryBitHasANameAndEveryNameItsBit(t *testing.T) {
	seen := map[string]bool{}
	for bit := range 32 {
		name := reader.FeatureOf(1 << bit)
		require.NoError(t, reader.CheckFeature(name))
		require.False(t, seen[name])
		seen[name] = true
	}
	require.Equal(t, []string{"uv_luminescence", "feature-256", "ovi"}, reader.FeaturesOf(1|256|1024))
	require.Len(t, reader.FeaturesOf(1<<32-1), 32)
	for _, name := range []string{"", "feature-", "feature-0", "feature-01", "feature-x", "hologram"} {
		require.Error(t, reader.CheckFeature(name), name)
	}
}

func TestWhatIsWrongIsNamedWithItsPlace(t *testing.T) {
	many := func(n int, one string) string { return strings.TrimSuffix(strings.Repeat(one+",", n), ",") }
	for text, want := range map[string]string{
		``:          "reading.json",
		`null`:      "reading.value",
		`{} x`:      "reading.json",
		`{"id": 7}`: "reading.value id",
		`{"id": "` + strings.Repeat("x", 65) + `"}`:                      "reading.too_long id",
		`{"at": "yesterday"}`:                                            "reading.value at",
		`{"at": "1970-01-01T00:00:00Z"}`:                                 "reading.value at",
		`{"device": []}`:                                                 "reading.value device",
		`{"device": {"maker": "x"}}`:                                     "reading.unknown device.maker",
		`{"values": {}}`:                                                 "reading.value values",
		`{"values": [null]}`:                                             "reading.value values[0]",
		`{"values": [{"field": "sex", "source": "eye"}]}`:                "reading.value values[0].source",
		`{"values": [{"field": "sex", "source": "viz", "validity": 3}]}`: "reading.value values[0].validity",
		`{"values": [{"field": "x", "source": "viz", "area": {"left": 9, "right": 3, "top": 0, "bottom": 1}}]}`:      "reading.value values[0].area",
		`{"values": [` + many(201, `{"field":"x","source":"viz"}`) + `]}`:                                            "reading.too_many values",
		`{"images": [{"light": "white", "media_type": "image/gif"}]}`:                                                "reading.value images[0].media_type",
		`{"images": [{"light": "green", "media_type": "image/png"}]}`:                                                "reading.value images[0].light",
		`{"images": [{"light": 6, "media_type": "image/png", "data": "%"}]}`:                                         "reading.value images[0].data",
		`{"images": [{"light": 6, "media_type": "image/png", "page": -1}]}`:                                          "reading.value images[0].page",
		`{"images": [` + many(17, `{"light":6,"media_type":"image/png"}`) + `]}`:                                     "reading.too_many images",
		`{"chip": {"files": {"DG0": ""}}}`:                                                                           "reading.value chip.files.DG0",
		`{"chip": {"files": {"DG1": "` + base64.StdEncoding.EncodeToString(make([]byte, reader.MaxFile+20)) + `"}}}`: "reading.too_large chip.files.DG1",
		`{"chip": {"active": {"challenge": "AA=="}}}`:                                                                "reading.value chip.active.challenge",
		`{"barcodes": [{"symbology": "code39"}]}`:                                                                    "reading.value barcodes[0].symbology",
		`{"authenticity": [{"feature": "hologram"}]}`:                                                                "reading.value authenticity[0].feature",
		`{"authenticity": [{"feature": 1, "result": 9}]}`:                                                            "reading.value authenticity[0].result",
		`{"zone": {"confidence": [2]}}`:                                                                              "reading.value zone.confidence[0]",
		`{"mrz": "\u0000"}`:                                                                                          "reading.value mrz",
		`{"mrz": "a", "mrz": "a"}`:                                                                                   "reading.twice mrz",
	} {
		_, err := reader.Parse([]byte(text), received)
		var known *problem.Error
		require.ErrorAs(t, err, &known, text)
		require.Equal(t, want, strings.TrimSpace(known.Code+" "+known.Field), "%.60s", text)
		require.Equal(t, problem.Invalid, known.Kind)
	}
	_, err := reader.Parse(make([]byte, reader.MaxBytes+1), received)
	require.Error(t, err)
}

// Whatever passes Parse passes Check, and comes back the same.
func FuzzParse(f *testing.F) {
	text, err := json.Marshal(whole())
	require.NoError(f, err)
	f.Add(string(text))
	f.Add(`{"authenticity": [{"feature": 4096, "light": 128, "result": 0}]}`)
	f.Add(`{"chip": {"files": {"DG1": "AA=="}}}`)
	f.Add(`[[[[`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := reader.Parse([]byte(text), received)
		if err != nil {
			require.Equal(t, problem.Invalid, problem.KindOf(err))
			return
		}
		require.NoError(t, r.Check())
		again, err := json.Marshal(r)
		require.NoError(t, err)
		same, err := reader.Parse(again, received)
		require.NoError(t, err, "%s", again)
		require.Equal(t, r.MRZ, same.MRZ)
		require.Equal(t, r.Authenticity, same.Authenticity)
	})
}

func TestMergeKeepsWhatTheOtherLacks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) *reader.Reading {
			r := &reader.Reading{ID: label}
			for n := range rapid.IntRange(0, 3).Draw(t, label) {
				r.Values = append(r.Values, reader.Value{Field: fmt.Sprint(n), Source: reader.VIZ, Text: label})
				r.Images = append(r.Images, reader.Image{Light: reader.White, Page: n})
			}
			return r
		}
		a, b := draw("a"), draw("b")
		all := reader.Merge(a, b)
		require.Len(t, all.Values, max(len(a.Values), len(b.Values)))
		require.Len(t, all.Images, max(len(a.Images), len(b.Images)))
		for _, v := range b.Values {
			require.Contains(t, all.Values, v, "the later goes before the earlier")
		}
	})
	one := whole()
	require.Equal(t, &one, reader.Merge(nil, &one))
	require.Equal(t, &one, reader.Merge(&one, nil))
	later := reader.Reading{Chip: &reader.Chip{Files: map[string][]byte{"SOD": {1}}}}
	require.Equal(t, later.Chip.Files, reader.Merge(&one, &later).Chip.Files, "files of two chips are never mixed")
	require.Equal(t, one.Zone, reader.Merge(&one, &later).Zone)
}

func TestTheLeastSureCharacterIsFound(t *testing.T) {
	p, at := (&reader.Zone{Confidence: []float64{.9, .4, .8}}).Least()
	require.InDelta(t, .4, p, 0)
	require.Equal(t, 1, at)
	_, at = (*reader.Zone)(nil).Least()
	require.Equal(t, -1, at)
}

func BenchmarkParse(b *testing.B) {
	r := whole()
	r.Images[0].Data = make([]byte, 1<<20)
	text, err := json.Marshal(r)
	require.NoError(b, err)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := reader.Parse(text, received); err != nil {
			b.Fatal(err)
		}
	}
}
