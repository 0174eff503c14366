package recheckdb_test

import (
	"context"
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/border/recheck"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// chip is a check that rests on the reading: it knows a forged chip when it sees one, and waits for a chip where there is none.
type chip struct {
	mu    sync.Mutex
	asked []border.Subject
}

func (*chip) Name() string { return "document.chip" }

func (c *chip) Check(_ context.Context, s border.Subject) (border.Finding, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, s)
	switch {
	case s.Reading == nil || s.Reading.Chip == nil:
		return border.Finding{Outcome: border.NotChecked, Reason: "chip_expected"}, nil
	case string(s.Reading.Chip.Files["DG1"]) == "forged":
		return forged(), nil
	}
	return border.Finding{Outcome: border.NoHit}, nil
}

func forged() border.Finding {
	return border.Finding{Check: "document.chip", Outcome: border.Hit, Evidence: []border.Evidence{{Code: "step.chip.hash_dg1", Severity: border.SecondLine}}}
}

// readings is a world whose station keeps what readers gave, and the check of the chip.
type readings struct {
	*world
	chip     *chip
	evidence *evidencedb.Store
}

func newReadings(t *testing.T) readings {
	t.Helper()
	r := readings{world: newWorld(t), chip: &chip{}}
	clock := func() time.Time { return r.now }
	keys, err := vault.OpenFiles(t.TempDir(), rand.Reader, clock)
	require.NoError(t, err)
	r.evidence = evidencedb.New(evidencedb.Options{DB: r.db, Wrapping: keys, Random: rand.Reader, Now: clock, NewID: uuid.New})
	r.facts = stationdb.New(r.db, uuid.New, func() {}).Keeping(r.evidence)
	cfg := r.config()
	cfg.Readings, cfg.Training = r.evidence, true
	cfg.Plan = append(cfg.Plan, border.Planned{Check: r.chip, Deadline: 10 * time.Second})
	r.worker = recheck.NewWorker(cfg)
	return r
}

// read records a provisional decision about a document of which a reader gave a reading, or nothing.
func (r readings) read(t *testing.T, scan border.Scan, then border.Finding) border.CrossingEvent {
	t.Helper()
	scan.At = r.now
	require.NoError(t, r.facts.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID)))
	e := bordertest.Event(scan, r.now)
	e.Status, e.Findings = border.Provisional, []border.Finding{{Check: "alerts.national", Outcome: border.NoHit}, then}
	e, err := r.facts.Record(t.Context(), scan.ID, e, bordertest.Entry(audit.Collection, "crossing", e.CrossingID))
	require.NoError(t, err)
	r.reconnect()
	return e
}

func withChip(dg1 string) border.Scan {
	scan := bordertest.Scan("P1")
	scan.Reading = &reader.Reading{At: bordertest.Noon, Chip: &reader.Chip{Files: map[string][]byte{"DG1": []byte(dg1)}}}
	return scan
}

func (r readings) settled(t *testing.T, e border.CrossingEvent) recheck.Result {
	t.Helper()
	require.NoError(t, r.worker.Drain(t.Context()))
	results := r.results(t, e.CrossingID)
	require.Len(t, results, 1)
	return results[0]
}

// A forged chip stays one when the line is back: the checks are asked about what was read, not about an empty reader.
func TestTheReadingOfTheInspectionIsCheckedAgain(t *testing.T) {
	r := newReadings(t)
	e := r.read(t, withChip("forged"), forged())
	require.Equal(t, recheck.Confirmed, r.settled(t, e).Outcome)
	require.Len(t, r.chip.asked, 1)
	require.Equal(t, "forged", string(r.chip.asked[0].Reading.Chip.Files["DG1"]))
	require.Equal(t, 1, r.count(t, `select count(*) from audit where actor = 'recheck' and object_kind = 'inspection' and decision = 'check_again'`))
}

func TestAGenuineChipBecomesFinal(t *testing.T) {
	r := newReadings(t)
	e := r.read(t, withChip("genuine"), border.Finding{Check: "document.chip", Outcome: border.NotChecked, Reason: border.ReasonTimeout})
	result := r.settled(t, e)
	require.Equal(t, recheck.Confirmed, result.Outcome)
	require.Len(t, result.Answered, 1)
}

// Once its key is destroyed nobody can tell otherwise of a reading: what the checks said of it stands.
func TestWithoutItsReadingACheckKeepsWhatItSaid(t *testing.T) {
	r := newReadings(t)
	e := r.read(t, withChip("forged"), forged())
	require.NoError(t, r.db.InTx(t.Context(), func(tx pgx.Tx) error {
		_, err := r.evidence.Destroy(t.Context(), tx, evidencedb.Whose{File: e.TravellerID}, "retention",
			bordertest.Entry(audit.Erasure, "evidence_key", e.TravellerID))
		return err
	}))
	require.Equal(t, recheck.Confirmed, r.settled(t, e).Outcome)
	require.Empty(t, r.chip.asked)
}

// Bytes that have left the station are as good as destroyed: half a chip is not judged.
func TestHalfAReadingIsNotJudged(t *testing.T) {
	r := newReadings(t)
	e := r.read(t, withChip("forged"), forged())
	_, err := r.db.Pool.Exec(t.Context(), `update exhibit_blob set sealed = null, state = 'destroyed', dropped_at = now()
		where digest in (select digest from exhibit where kind = 'chip')`)
	require.NoError(t, err)
	require.Equal(t, recheck.Confirmed, r.settled(t, e).Outcome)
	require.Empty(t, r.chip.asked)
}

func TestWhatWasNeverReadIsNotAwaited(t *testing.T) {
	r := newReadings(t)
	e := r.read(t, bordertest.Scan("P1"), border.Finding{Check: "document.chip", Outcome: border.NotChecked, Reason: "chip_expected"})
	require.Equal(t, recheck.Confirmed, r.settled(t, e).Outcome)
}

// The zone is parsed as at the desk: with the officer's repairs, and with the codes of specimens where they are used.
func TestTheZoneIsParsedAsAtTheDesk(t *testing.T) {
	r := newReadings(t)
	scan := withChip("genuine")
	scan.MRZ = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8989O2C36UTO7408122F1204159ZE184226B<<<<<10"
	scan.Repairs = []mrz.Edit{{Line: 2, Position: 6, From: "O", To: "0"}}
	scan.Reading.MRZ, scan.Reading.Zone = scan.MRZ, &reader.Zone{Doubts: []mrz.RunnerUp{{Line: 2, Position: 9}}}
	want := scan
	want.At = r.now
	desk, err := border.SubjectOf(want, time.UTC, true)
	require.NoError(t, err)
	require.Equal(t, "L898902C3", desk.Document.Number)
	scan.Identity, scan.Document = desk.Identity, desk.Document
	r.settled(t, r.read(t, scan, border.Finding{Check: "document.chip", Outcome: border.NoHit}))
	require.Len(t, r.chip.asked, 1)
	require.Equal(t, desk.MRZ, r.chip.asked[0].MRZ)
}
