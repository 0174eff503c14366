package main

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pcsc"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd/card"
	"github.com/openbmis/openbmis/traveldoc/emrtd/chip"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/specimen"
)

// lying is a card on a reader that passes commands on without a daemon.
type lying struct{ *card.Card }

func (l lying) Transmit(_ context.Context, command []byte) ([]byte, error) {
	return l.Card.Transmit(command), nil
}

func testApp(t *testing.T) (*app, *strings.Builder, *strings.Builder) {
	t.Helper()
	var out, err strings.Builder
	return &app{
		Out: &out, Err: &err, Exit: func(int) {}, Getenv: func(string) string { return "" },
		Now: func() time.Time { return time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC) },
	}, &out, &err
}

// readEmulated reads the chip of a case as bmis chip read does, without a daemon between.
func readEmulated(t *testing.T, name string, spoil func(zone string) string, o chipReadOutput) (out, told string, err error) {
	t.Helper()
	a, stdout, stderr := testApp(t)
	made, emulated, err := chipEmulateCommand{Case: name}.make(a)
	require.NoError(t, err)
	c := chipReadCommand{MRZ: spoil(made.Document.Zone), Limit: time.Minute, chipReadOutput: o}
	giver, err := c.prepare(a)
	require.NoError(t, err)
	zone, err := c.zone(a)
	require.NoError(t, err)
	read, err := c.read(t.Context(), a, lying{emulated}, zone)
	if err != nil {
		return "", stderr.String(), err
	}
	device := pcsc.Reader{Name: "Emulated", ATR: emulated.ATR()}
	err = giver.give(t.Context(), a, c.reading(a, device, zone, read))
	return stdout.String(), stderr.String(), err
}

func asPrinted(zone string) string { return zone }

func anchors(t *testing.T) []string {
	t.Helper()
	country, err := specimen.New(specimen.Seed(specimen.DemoSeed), traveldoc.DateOf(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)))
	require.NoError(t, err)
	folder := t.TempDir()
	require.NoError(t, writeFiles(folder, country.Anchors()))
	return []string{filepath.Join(folder, "csca.cer"), filepath.Join(folder, "utopia.crl")}
}

func TestWhatIsReadIsAReadingTheStationTakes(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "chip")
	out, told, err := readEmulated(t, "genuine", asPrinted, chipReadOutput{JSON: true, Out: folder, chipTrust: chipTrust{Trust: anchors(t)}})
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 2)
	reading, err := reader.Parse([]byte(lines[0]), time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	require.True(t, reading.Device.Simulated)
	require.Equal(t, chip.AccessPACEZone, reading.Chip.Access)
	require.True(t, strings.HasPrefix(reading.MRZ, "P<UTO"))
	for name, data := range reading.Chip.Files {
		written, err := os.ReadFile(filepath.Join(folder, name+".bin"))
		require.NoError(t, err)
		require.Equal(t, data, written)
	}
	var report chipReport
	require.NoError(t, json.Unmarshal([]byte(lines[1]), &report))
	for _, step := range []string{"sod_signature", "hash_dg1", "hash_dg2", "chain", "revocation", "active_authentication", "chip_authentication"} {
		require.Contains(t, report.verdict(step), "pass", step)
	}
	require.Contains(t, told, "Reading DG1")
}

func TestTheVerdictsOnAnEmulatedChipAreThoseOfItsCase(t *testing.T) {
	trust := anchors(t)
	for name, want := range map[string]string{
		"altered_dg": "hash_dg2 fail hash_mismatch", "revoked_signer": "revocation fail revoked",
		"unknown_signer": "chain inconclusive no_csca", "cloned_chip": "active_authentication fail response_invalid chip_authentication fail failed_at_device",
	} {
		out, _, err := readEmulated(t, name, asPrinted, chipReadOutput{chipTrust: chipTrust{Trust: trust}})
		require.NoError(t, err, name)
		require.Contains(t, strings.Join(strings.Fields(out), " "), want, name)
		require.Contains(t, out, "SIMULATED")
	}
}

func TestARepairThatOpensTheChipIsNamedAndNotTakenForTheZone(t *testing.T) {
	spoilt := ""
	out, told, err := readEmulated(t, "genuine", func(zone string) string {
		first, second, _ := strings.Cut(zone, "\n")
		at := 13 + strings.IndexByte(second[13:19], '1')
		require.GreaterOrEqual(t, at, 13)
		spoilt = first + "\n" + second[:at] + "I" + second[at+1:]
		return spoilt
	}, chipReadOutput{JSON: true})
	require.NoError(t, err)
	require.Contains(t, told, "The chip denies the zone as given. Trying repair 1 of")
	require.Contains(t, told, "birth_date: line 2, position")
	require.Contains(t, told, "1 for I")
	var reading reader.Reading
	require.NoError(t, json.Unmarshal([]byte(out), &reading))
	require.Equal(t, spoilt, reading.MRZ)
}

func TestAnotherDocumentsZoneIsSaidToBeDenied(t *testing.T) {
	_, _, err := readEmulated(t, "genuine", func(string) string {
		return "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\\nL898902C36UTO7408122F3204153ZE184226B<<<<<16"
	}, chipReadOutput{})
	require.ErrorIs(t, err, chip.ErrDenied)
}

// What is read reaches the station as a reader of its lane posts it, and nothing is posted without its token.
func TestWhatIsReadIsPostedToTheStation(t *testing.T) {
	posted := make(chan *reader.Reading, 1)
	station := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil && r.URL.Path == "/api/readings" && r.Header.Get("Authorization") == "Bearer of-lane-1" {
			if reading, err := reader.Parse(body, time.Now()); err == nil {
				posted <- reading
				_, _ = w.Write([]byte(`{"state": "opened", "lane": "1"}`))
				return
			}
		}
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(station.Close)
	folder := t.TempDir()
	root := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: station.Certificate().Raw})
	require.NoError(t, writeFiles(folder, map[string][]byte{"root.crt": root, "good": []byte("of-lane-1\n"), "bad": []byte("of-nobody")}))
	to := func(token string) chipReadOutput {
		return chipReadOutput{Post: station.URL, CA: filepath.Join(folder, "root.crt"), TokenFile: filepath.Join(folder, token)}
	}
	_, told, err := readEmulated(t, "genuine", asPrinted, to("good"))
	require.NoError(t, err)
	require.Contains(t, told, "Posted: opened")
	require.Contains(t, (<-posted).Chip.Files, "DG2")
	_, _, err = readEmulated(t, "genuine", asPrinted, to("bad"))
	require.ErrorContains(t, err, "401")
}

func TestChipReadFlags(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"chip", "read"}, exitUsage, "--mrz or --can"},
		{[]string{"chip", "read", "--mrz", "nothing"}, exitUsage, "expected a zone"},
		{[]string{"chip", "read", "--can", "1", "--post", "https://x"}, exitUsage, "--post and --token-file"},
		{[]string{"chip", "read", "--can", "1", "--ca", "/nowhere", "--post", "https://x", "--token-file", "/nowhere"}, exitFailed, "--token-file"},
		{[]string{"chip", "emulate", "--case", "no_chip"}, exitUsage, "no chip"},
		{[]string{"chip", "emulate", "--case", "nothing"}, exitUsage, "nothing"},
		{[]string{"chip", "emulate", "--address", "localhost:1"}, exitFailed, "vsmartcard-vpcd"},
	} {
		got := bmisReading(t, nil, c.args...)
		require.Equal(t, c.code, got.code, "%v: %s", c.args, got.err)
		require.Contains(t, got.err, c.want)
	}
}
