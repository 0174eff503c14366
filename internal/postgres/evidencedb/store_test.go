package evidencedb_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/bordertest"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

var _ stationdb.Exhibits = (*evidencedb.Store)(nil)

func TestAReadingComesBackWhole(t *testing.T) {
	p := newPost(t)
	scan := p.open("L898902C3", reading(1))
	back, err := p.store.Reading(t.Context(), scan.ID)
	require.NoError(t, err)
	require.Equal(t, reading(1), back)
	_, err = openPost(t, p.db, p.clock).store.Reading(t.Context(), scan.ID)
	require.NoError(t, err, "a program without the key-encryption key has no reading, and no fault")
	none, err := p.store.Reading(t.Context(), uuid.New())
	require.NoError(t, err)
	require.Nil(t, none)
}

func TestNothingIsKeptInClear(t *testing.T) {
	p := newPost(t)
	p.decide(p.open("L898902C3", reading(1)))
	rows, err := p.db.Pool.Query(t.Context(), `SELECT t::text FROM exhibit_blob t UNION ALL SELECT t::text FROM exhibit t
		UNION ALL SELECT t::text FROM person_key t UNION ALL SELECT t::text FROM scan_exhibit t UNION ALL SELECT encode(sealed, 'escape') FROM exhibit_blob`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var row string
		require.NoError(t, rows.Scan(&row))
		for _, plain := range []string{"ERIKSSON", "white page", "portrait 1", "DG2 face", "other seal", "r\x00"} {
			require.NotContains(t, row, plain)
		}
	}
	require.NoError(t, rows.Err())
}

func TestTheSameBytesOfAPersonAreKeptOnce(t *testing.T) {
	p := newPost(t)
	first := p.decide(p.open("L898902C3", reading(1)))
	require.Equal(t, parts, p.count("exhibit"))
	p.clock.move(time.Hour)
	second := p.decide(p.open("L898902C3", reading(2)))
	require.Equal(t, first.TravellerID, second.TravellerID)
	require.Equal(t, 1, p.count("person_key"), "a person has one key")
	require.Equal(t, parts+4, p.count("exhibit"), "three images and the reading are new; chip and barcodes are the same")
	require.Len(t, second.Exhibits, parts)
	shared := 0
	for _, x := range second.Exhibits {
		for _, y := range first.Exhibits {
			if x.ID == y.ID {
				require.Equal(t, y, x)
				shared++
			}
		}
	}
	require.Equal(t, 5, shared)

	p.decide(p.open("D23145890", reading(1)))
	require.Equal(t, 2, p.count("person_key"))
	require.Equal(t, parts+4+parts, p.count("exhibit"), "another person's same bytes are another exhibit")
	require.Zero(t, p.count(`(SELECT fingerprint FROM exhibit GROUP BY fingerprint HAVING count(*) > 1) AS same`),
		"and nobody sees from the fingerprints that they are the same")
}

func TestTheKeyOfANewDocumentBecomesTheFilesWhenItIsDecided(t *testing.T) {
	p := newPost(t)
	scan := p.open("L898902C3", reading(1))
	require.Equal(t, 1, p.count(`person_key WHERE scan_id = $1 AND file_id IS NULL`, scan.ID))
	require.Equal(t, parts, p.count(`exhibit_blob WHERE state = 'apart'`))
	e := p.decide(scan)
	require.Equal(t, 1, p.count(`person_key WHERE file_id = $1`, e.TravellerID))
	require.Equal(t, parts, p.count(`exhibit_blob WHERE state = 'waiting'`))
	require.Len(t, e.Exhibits, parts)
	for _, x := range e.Exhibits {
		require.Len(t, x.Digest, 32)
		require.NotZero(t, x.Size)
		require.NotEqual(t, uuid.Nil, x.Key)
	}

	known := p.open("L898902C3", reading(2))
	require.Equal(t, 1, p.count("person_key"), "the document is known: the file's key")
	dismissed := p.open("X00000000", reading(3))
	require.NoError(t, p.store.Dismiss(t.Context(), border.DismissalEvent{InspectionID: dismissed.ID, Lane: dismissed.Lane, Reason: "misread", DismissedAt: bordertest.Noon},
		bordertest.Entry(audit.Alteration, "inspection", dismissed.ID)))
	require.Equal(t, 1, p.count(`person_key WHERE scan_id = $1 AND file_id IS NULL`, dismissed.ID), "kept apart, under a key of its own")
	require.Equal(t, parts+4, p.count(`exhibit_blob WHERE state = 'apart'`), "neither the dismissed nor the undecided are sent")
	p.decide(known)
	require.Equal(t, parts, p.count(`exhibit_blob WHERE state = 'apart'`))
}

func TestTwoCountersThatReadANewDocumentAtOnce(t *testing.T) {
	p := newPost(t)
	one, two := p.open("L898902C3", reading(1)), p.open("L898902C3", reading(2))
	first, second := p.decide(one), p.decide(two)
	require.Equal(t, first.TravellerID, second.TravellerID)
	require.Equal(t, 2, p.count(`person_key WHERE file_id = $1`, first.TravellerID), "both keys are the file's")
	require.Equal(t, 2, p.destroy(evidencedb.Whose{File: first.TravellerID}), "and go together")
}

func TestWhatALaterReadingReplacesStays(t *testing.T) {
	p := newPost(t)
	scan := p.open("L898902C3", reading(1))
	scan.Reading = reader.Merge(reading(1), &reader.Reading{At: bordertest.Noon, Images: []reader.Image{
		{Light: reader.White, MediaType: "image/jpeg", Data: []byte("a better page")}}})
	require.NoError(t, p.store.Attach(t.Context(), scan, bordertest.Entry(audit.Collection, "inspection", scan.ID)))
	back, err := p.store.Reading(t.Context(), scan.ID)
	require.NoError(t, err)
	require.Equal(t, scan.Reading, back)
	require.Equal(t, parts+2, p.count("exhibit"))
	require.Equal(t, 2, p.count("scan_exhibit WHERE NOT current"), "the first page and the first reading")
	e := p.decide(scan)
	require.Len(t, e.Exhibits, parts+2)
}

func TestADecisionThatFailsNamesNothing(t *testing.T) {
	p := newPost(t)
	scan := p.open("L898902C3", reading(1))
	broken := bordertest.Event(scan, bordertest.Noon)
	broken.Findings = append(broken.Findings, broken.Findings[0]) // the same check twice breaks the findings' key
	_, err := p.store.Record(t.Context(), scan.ID, broken, bordertest.Entry(audit.Collection, "crossing", scan.ID))
	require.Error(t, err)
	require.Zero(t, p.count("crossing_exhibit"))
	require.Equal(t, parts, p.count(`exhibit_blob WHERE state = 'apart'`))
	require.Zero(t, p.count(`person_key WHERE file_id IS NOT NULL`))
}

func TestAnAnnulledDecisionIsTakenAgainWithTheSameEvidence(t *testing.T) {
	p := newPost(t)
	scan := p.open("L898902C3", reading(1))
	first := p.decide(scan)
	correction := border.CorrectionEvent{CorrectionID: uuid.New(), CrossingID: first.CrossingID, Lane: scan.Lane, Reason: "wrong_key", CorrectedAt: bordertest.Noon}
	_, err := p.store.Annul(t.Context(), correction, bordertest.Noon.Add(-time.Hour), bordertest.Entry(audit.Alteration, "crossing", first.CrossingID))
	require.NoError(t, err)
	back, err := p.store.Reading(t.Context(), scan.ID)
	require.NoError(t, err)
	require.Equal(t, reading(1), back)
	second := p.decide(scan)
	require.Equal(t, first.Exhibits, second.Exhibits)
	require.Equal(t, parts, p.count("exhibit"))
}

func TestTooLargeIsRefusedWithWords(t *testing.T) {
	p := newPost(t)
	scan := bordertest.Scan("L898902C3")
	scan.Reading = &reader.Reading{Images: []reader.Image{{Light: reader.White, Data: make([]byte, evidencedb.MaxExhibit+1)}}}
	err := p.store.OpenScan(t.Context(), scan, bordertest.Entry(audit.Consultation, "inspection", scan.ID))
	require.ErrorIs(t, err, evidencedb.ErrTooLarge)
	require.Zero(t, p.count("scan"))
}

func TestADestroyedKeyMeansThatNobodyReads(t *testing.T) {
	p := newPost(t)
	scan := p.open("L898902C3", reading(1))
	e := p.decide(scan)
	other := p.decide(p.open("D23145890", reading(1)))
	require.Equal(t, 1, p.destroy(evidencedb.Whose{File: e.TravellerID}))
	require.Zero(t, p.destroy(evidencedb.Whose{File: e.TravellerID}), "twice is once")
	require.Equal(t, 1, p.count("key_tombstone"))
	require.Equal(t, 1, p.count("person_key WHERE wrapped IS NULL AND destroyed_at IS NOT NULL"))
	require.Equal(t, parts, p.count("exhibit WHERE fingerprint IS NULL"))
	require.Equal(t, parts, p.count("exhibit_blob WHERE sealed IS NULL AND state = 'destroyed'"))

	back, err := p.store.Reading(t.Context(), scan.ID)
	require.NoError(t, err, "a desk that resumes goes on with the zone")
	require.Nil(t, back)
	whole, err := p.store.Reading(t.Context(), scanOf(p, other))
	require.NoError(t, err)
	require.NotNil(t, whole, "another person's evidence is as it was")

	again := p.decide(p.open("L898902C3", reading(1)))
	require.Equal(t, e.TravellerID, again.TravellerID)
	require.NotEqual(t, e.Exhibits[0].Key, again.Exhibits[0].Key, "who comes again has a new key")
}

func scanOf(p *post, e border.CrossingEvent) (id uuid.UUID) {
	p.Helper()
	require.NoError(p, p.db.Pool.QueryRow(p.Context(), `SELECT inspection_id FROM decision WHERE crossing_id = $1`, e.CrossingID).Scan(&id))
	return id
}

func TestADismissedReadingIsDestroyedByItsScan(t *testing.T) {
	p := newPost(t)
	scan := p.open("X00000000", reading(3))
	require.Equal(t, 1, p.destroy(evidencedb.Whose{Scan: scan.ID}))
	back, err := p.store.Reading(t.Context(), scan.ID)
	require.NoError(t, err)
	require.Nil(t, back)
	e := p.decide(scan)
	require.Empty(t, e.Exhibits, "a decision names nothing that nobody reads")
}

func TestABackupOlderThanTheKeysIsDead(t *testing.T) {
	p := newPost(t)
	scan := p.open("L898902C3", reading(1))
	var backup []byte
	require.NoError(t, p.db.Pool.QueryRow(t.Context(), `SELECT wrapped FROM person_key`).Scan(&backup))
	keep := evidencedb.Keeping{Sent: time.Hour, Generations: 35 * 24 * time.Hour}
	for range 4 {
		p.clock.move(31 * 24 * time.Hour)
		require.NoError(t, p.evidence.Maintain(t.Context(), keep))
		back, err := p.store.Reading(t.Context(), scan.ID)
		require.NoError(t, err)
		require.Equal(t, reading(1), back, "rotation changes nothing for readers")
	}
	generations, err := p.keys.Generations()
	require.NoError(t, err)
	require.NotContains(t, generations, bordertest.Noon.UTC().Format("2006-01"))
	require.Equal(t, 1, p.count(`person_key WHERE generation = $1`, generations[len(generations)-1]))

	_, err = p.db.Pool.Exec(t.Context(), `UPDATE person_key SET wrapped = $1, generation = $2`, backup, bordertest.Noon.UTC().Format("2006-01"))
	require.NoError(t, err)
	back, err := p.store.Reading(t.Context(), scan.ID)
	require.NoError(t, err)
	require.Nil(t, back, "the restored key opens nothing any more")
	require.NoError(t, p.evidence.Maintain(t.Context(), keep))
	require.Greater(t, generations[0], "2026-01")
}
