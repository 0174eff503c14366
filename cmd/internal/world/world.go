package world

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/cmd/internal/central"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

// Logs are what the programs log, at level debug.
type Logs = webtest.Logs

// World is a centre and the stations that have joined it.
type World struct {
	Central *Central
	Logs    *Logs // of all programs

	stations []*Station
	secrets  []string // that no log may contain
}

// New starts a centre and a station for each post. Everything stops when the test ends.
func New(t testing.TB, posts ...Post) *World {
	t.Helper()
	w := Prepare(t, posts...)
	w.Start(t)
	return w
}

// Prepare makes what New makes, without starting it: settings and clocks may be changed first.
func Prepare(t testing.TB, posts ...Post) *World {
	t.Helper()
	w := &World{Logs: &Logs{}}
	t.Cleanup(func() { w.checkLogs(t); w.keepLogs(t) })
	w.Central = newCentral(t, w, nil)
	for _, post := range posts {
		w.stations = append(w.stations, newStation(t, w, post.complete()))
	}
	return w
}

// Start starts the centre, then the stations, each with its own token, and waits until every station has joined and holds the
// national list, on which a first entry stands that nobody resembles.
func (w *World) Start(t testing.TB) {
	t.Helper()
	w.Central.Start()
	version := w.Central.first(t)
	for _, s := range w.stations {
		token := w.Central.Token(t, s.Post.ID, s.Post.Transport, s.Post.Zone)
		w.Secret(token)
		s.Set("BMIS_CENTRAL_URL", w.Central.URL(), "BMIS_ENROLMENT_TOKEN", token)
		s.Start()
	}
	for _, s := range w.stations {
		w.WaitJoined(t, s)
		w.WaitListed(t, s, version)
		w.waitAnswering(t, s)
	}
}

// waitAnswering waits until every check of the station's counter has what it answers by: datasets that came from the centre, and of those
// that are kept in memory what the counter has said to have loaded. Before that a traveller without findings is amber, not green.
func (w *World) waitAnswering(t testing.TB, s *Station) {
	t.Helper()
	datasets := []string{file.Dataset, evisa.DatasetVisas, evisa.DatasetRules}
	if s.Post.Transport == border.Air {
		datasets = append(datasets, expected.Dataset)
	}
	w.WaitHeld(t, s, datasets...)
	w.WaitRuled(t, s)
}

// WaitRuled waits until the station's counter answers by the rules of entry that its database has.
func (w *World) WaitRuled(t testing.TB, s *Station) {
	t.Helper()
	Eventually(t, func() bool {
		var version int64
		require.NoError(t, s.DB.Pool.QueryRow(t.Context(), `SELECT version FROM ref_cursor WHERE dataset = $1`, evisa.DatasetRules).Scan(&version))
		return s.loaded("rules of entry loaded") >= version
	}, "%s does not answer by its rules of entry", s.Post.ID)
}

// WaitHeld waits until the station has a first version of datasets whose checks would otherwise have no answer.
func (w *World) WaitHeld(t testing.TB, s *Station, datasets ...string) {
	t.Helper()
	Eventually(t, func() bool {
		return s.Count(t, `SELECT FROM ref_cursor WHERE dataset = ANY ($1) AND version > 0`, datasets) == len(datasets)
	}, "%s has not got %v", s.Post.ID, datasets)
}

// Station is the i-th station, from 0.
func (w *World) Station(i int) *Station { return w.stations[i] }

// Stations are all stations.
func (w *World) Stations() []*Station { return w.stations }

// WaitJoined waits until the centre has a sign of life of the station.
func (w *World) WaitJoined(t testing.TB, s *Station) {
	t.Helper()
	Eventually(t, func() bool {
		return w.Central.Count(t, `SELECT FROM station_status WHERE station = $1`, s.Post.ID) > 0
	}, "%s has not joined", s.Post.ID)
}

// WaitDrained waits until the centre has confirmed everything that the station recorded.
func (w *World) WaitDrained(t testing.TB, s *Station) {
	t.Helper()
	Eventually(t, func() bool { return s.Backlog(t) == 0 }, "%s has not sent everything", s.Post.ID)
}

// Secret adds a text that no log may contain, beside the travellers' names and numbers and everybody's password.
func (w *World) Secret(texts ...string) { w.secrets = append(w.secrets, texts...) }

// personal finds the names and numbers of the world's travellers, however they are written.
var personal = regexp.MustCompile(`(?i)` + SeedName + `|` + SeedNumber + `\d{7}`) //nolint:gochecknoglobals // compiled once

// checkLogs runs after everything has stopped: all that was ever logged, at level debug, names nobody and gives nothing away.
func (w *World) checkLogs(t testing.TB) {
	all := w.Logs.String()
	if found := personal.FindStringIndex(all); found != nil {
		t.Errorf("a log names a traveller: %s", around(all, found[0]))
	}
	for _, secret := range append([]string{password}, w.secrets...) {
		if at := strings.Index(all, secret); secret != "" && at >= 0 {
			t.Errorf("a log holds a secret: %s", around(all, at))
		}
	}
}

// around is the line of a log at a place.
func around(all string, at int) string {
	from := strings.LastIndexByte(all[:at], '\n') + 1
	line, _, _ := strings.Cut(all[from:], "\n")
	return line
}

// LogDir is the environment variable that names a folder for the logs of tests that fail.
const LogDir = "BMIS_TEST_LOGS"

func (w *World) keepLogs(t testing.TB) {
	dir := os.Getenv(LogDir)
	if !t.Failed() || dir == "" {
		return
	}
	file, err := os.Create(filepath.Join(dir, filepath.Base(t.Name())+".log"))
	if err != nil {
		t.Log(err)
		return
	}
	_, err = io.WriteString(file, w.Logs.String())
	t.Log("logs kept:", file.Name(), err, file.Close())
}

// Origin is the name of the centre in audit logs.
const Origin = central.Name
