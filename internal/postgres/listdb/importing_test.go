package listdb_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listfile"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
)

// upload proposes a file.
func (w *world) upload(by listdb.Person, s listdb.Submission, data []byte) (listdb.Proposal, error) {
	w.Helper()
	up, err := w.lists.NewUpload(w.Context(), by, s)
	if err != nil {
		return listdb.Proposal{}, err
	}
	if err := up.Part(w.Context(), listdb.PartFile, bytes.NewReader(data)); err != nil {
		return listdb.Proposal{}, err
	}
	p, err := up.Close(w.Context())
	if err != nil {
		return p, err
	}
	require.NoError(w, w.lists.Work(w.Context()))
	all, _, err := w.lists.Proposals(w.Context(), by, false, noon.AddDate(1, 0, 0), p.ID)
	require.NoError(w, err)
	for _, one := range all {
		if one.ID == p.ID {
			return one, nil
		}
	}
	w.Fatal("the proposal is gone")
	return p, nil
}

// imports proposes alerts as a file of the own form.
func (w *world) imports(by listdb.Person, whole bool, list ...alerts.Alert) listdb.Proposal {
	w.Helper()
	p, err := w.upload(by, listdb.Submission{List: "national", File: "list.json", Format: listfile.OwnJSON, Whole: whole, Remark: "daily"}, ownJSON(w, list...))
	require.NoError(w, err)
	require.Equal(w, listdb.Pending, p.State, p.Fault)
	return p
}

func ownJSON(t testing.TB, list ...alerts.Alert) []byte {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"alerts": append([]alerts.Alert{}, list...)})
	require.NoError(t, err)
	return raw
}

func TestImportIsPreviewedAndTakesEffectByTwo(t *testing.T) {
	w := newWorld(t)
	gone, kept, changed := wanted("gone", "G", "One"), wanted("kept", "K", "Two"), wanted("changed", "C", "Three")
	w.add(gone, kept, changed)
	before := w.rows()
	changed.Reason = "another"
	broken := wanted("broken", "B", "Four")
	broken.Subject.Documents[0].Issuer = "nowhere"
	p := w.imports(ana, true, kept, changed, wanted("new", "N", "Five"), broken)
	require.Equal(t, 1, p.Counts.Added)
	require.Equal(t, 1, p.Counts.Changed)
	require.Equal(t, 1, p.Counts.Removed)
	require.Equal(t, 1, p.Counts.Unchanged)
	require.Equal(t, before, w.rows(), "nothing takes effect")

	for effect, id := range map[listdb.Effect]string{listdb.Added: "new", listdb.Changed: "changed", listdb.Removed: "gone"} {
		r, err := w.lists.Review(t.Context(), ben, p.ID, listdb.Look{Effect: effect})
		require.NoError(t, err)
		require.Len(t, r.Rows, 1)
		require.Equal(t, id, r.Rows[0].ID)
		if effect == listdb.Changed {
			require.Equal(t, []string{"reason"}, r.Rows[0].Fields)
		}
	}
	r, err := w.lists.Review(t.Context(), ben, p.ID, listdb.Look{Refuse: true})
	require.NoError(t, err)
	require.Len(t, r.Notes, p.Counts.Refused)
	require.Equal(t, 1, p.Counts.Refused+p.Counts.Notes, "the broken entry is told: %+v", r.Notes)

	two := wanted("two", "T", "Six")
	two.Secrecy, two.Action = alerts.Discreet, alerts.ActionObserve
	partly := w.imports(ana, false, wanted("one", "O", "Six"), two)
	listed, err := w.lists.Review(t.Context(), ben, partly.ID, listdb.Look{Effect: listdb.Added})
	require.NoError(t, err)
	require.Positive(t, listed.Rows[0].Line)
	r, err = w.lists.Review(t.Context(), ben, partly.ID, listdb.Look{Refuse: true})
	require.NoError(t, err)
	require.Equal(t, listdb.ReasonDiscreet, r.Notes[0].Reason)
	require.GreaterOrEqual(t, r.Notes[0].Line, listed.Rows[0].Line, "what is refused here has its line too")
	require.Positive(t, r.Notes[0].Line)
	done := w.agree(ben, p)
	require.EqualValues(t, 2, done.ListVersion)
	rows := w.rows()
	require.NotContains(t, rows, "a:national/gone")
	require.Contains(t, rows, "a:national/new")
	require.Equal(t, before["a:national/kept"], rows["a:national/kept"], "what did not change keeps its version")
	_, err = w.upload(ana, listdb.Submission{List: "national", File: "other.json", Whole: true}, []byte("{ no list"))
	require.NoError(t, err)
}

func TestAFileThatCannotBeReadTakesNothing(t *testing.T) {
	w := newWorld(t)
	w.add(wanted("1", "Anna", "Muster"))
	p, err := w.upload(ana, listdb.Submission{List: "national", File: "x.json", Whole: true}, []byte(`{"alerts":[{"id":"1"`))
	require.NoError(t, err)
	require.Equal(t, listdb.Failed, p.State)
	require.NotEmpty(t, p.Fault)
	require.Zero(t, count(w, `select count(*) from list_upload`))
	_, err = w.lists.Approve(t.Context(), ben, p.ID)
	require.Error(t, err)
	_, err = w.upload(ana, listdb.Submission{List: "national", File: "x.json"}, nil)
	refused(t, err, "lists.file_empty")
	require.Equal(t, 2, count(w, `select count(*) from list_proposal`), "of an empty file nothing stays")
	_, err = w.upload(ana, listdb.Submission{List: "nothing", File: "x.json"}, []byte("x"))
	refused(t, err, "lists.unknown")
	_, err = w.upload(frank, listdb.Submission{List: "national", File: "x.json"}, []byte("x"))
	refused(t, err, "lists.not_allowed")
}

func TestTheSameFileWaitsOnce(t *testing.T) {
	w := newWorld(t)
	w.add()
	a := wanted("1", "Anna", "Muster")
	w.imports(ana, false, a)
	_, err := w.upload(ana, listdb.Submission{List: "national", File: "again.json"}, ownJSON(t, a))
	refused(t, err, "lists.file_pending")
}

// What somebody suspended here a file does not make active again; the preview says so.
func TestAnImportKeepsASuspension(t *testing.T) {
	w := newWorld(t)
	w.add(wanted("1", "Anna", "Muster"))
	p, err := w.lists.ProposeStatus(t.Context(), ana, "national", "1", alerts.Suspended, "court")
	require.NoError(t, err)
	w.agree(ben, p)
	changed := wanted("1", "Anna", "Muster")
	changed.Contact = "new"
	p = w.imports(ana, true, changed)
	require.Equal(t, 1, p.Counts.Changed)
	require.Equal(t, 1, p.Counts.Notes)
	w.agree(ben, p)
	require.NotContains(t, w.rows(), "a:national/1")
}

func TestDiscreetAlertsDoNotComeByFile(t *testing.T) {
	w := newWorld(t)
	w.add()
	a := secret("Anna", "Muster")
	a.ID = "x1"
	p := w.imports(eve, true, a)
	require.Equal(t, 1, p.Counts.Refused)
	require.Zero(t, p.Counts.Added)
}

// Approval of much is done behind the request, and is the same.
func TestALargeImportIsPublishedBehind(t *testing.T) {
	w := newWorld(t)
	w.add()
	list := make([]alerts.Alert, 6000)
	for i := range list {
		list[i] = wanted(fmt.Sprintf("n%05d", i), fmt.Sprintf("Given%d", i%97), fmt.Sprintf("Family%d", i))
	}
	p := w.imports(ana, true, list...)
	require.Equal(t, len(list), p.Counts.Added)
	p = w.agree(ben, p)
	require.Equal(t, listdb.Publishing, p.State)
	require.NotContains(t, w.rows(), "a:national/n00000")
	require.NoError(t, w.lists.Work(t.Context()))
	require.Len(t, w.rows(), len(list)+1)
	require.Equal(t, len(list), w.info("national").Entries)
	require.Zero(t, count(w, `select count(*) from list_progress`))
	require.Equal(t, 1, count(w, `select count(*) from audit where decision = 'approve_import' and actor = '`+ben.ID+`' and role = 'supervisor'`))
	page, err := w.lists.Find(t.Context(), frank, listdb.Query{Words: "family4711 given55"}, "test")
	require.NoError(t, err)
	require.Equal(t, 1, page.Total)
	page, err = w.lists.Find(t.Context(), frank, listdb.Query{List: "national"}, "test")
	require.NoError(t, err)
	require.Equal(t, len(list), page.Total, "no cap")
	require.True(t, page.More)
	// Large versions are cut so that stations can take them; every one but the last leaves the list's own row alone.
	require.Greater(t, count(w, `select max(version) from ref_version where dataset = 'alerts'`), 2)
	require.Zero(t, count(w, `select count(*) from (select sum(length(key) + coalesce(length(row::text), 0) + 64) as s, count(*) as n
		from ref_change where dataset = 'alerts' group by version) v where n > 1000 or (s > 262144 and n > 1)`))
}

// Undo gives the content of any earlier version back, whatever was done in between.
func TestUndoGivesAnyVersionBack(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(r *rapid.T) {
		_, err := pgtest.Admin(t, w.db).Pool.Exec(t.Context(), `truncate alert_list, alert, alert_version, list_version, list_proposal, ref_dataset, ref_version, ref_change, ref_row cascade`)
		require.NoError(t, err)
		w.add()
		contents := []map[string]string{nil, w.content()}
		for range rapid.IntRange(1, 6).Draw(r, "steps") {
			var list []alerts.Alert
			for _, id := range rapid.SliceOfNDistinct(rapid.IntRange(0, 5), 0, 5, rapid.ID[int]).Draw(r, "ids") {
				a := wanted(fmt.Sprint(id), "Anna", "Muster")
				a.Contact = rapid.SampledFrom([]string{"", "a", `"version":0,`}).Draw(r, "contact")
				list = append(list, a)
			}
			p := w.imports(ana, rapid.Bool().Draw(r, "whole"), list...)
			if p.Counts.Changes() == 0 {
				_, err := w.lists.Reject(t.Context(), ana, p.ID, "nothing")
				require.NoError(r, err)
				continue
			}
			w.agree(ben, p)
			contents = append(contents, w.content())
		}
		to := rapid.IntRange(1, len(contents)-1).Draw(r, "to")
		p, err := w.lists.ProposeUndo(t.Context(), ana, "national", int64(to), "undo")
		if err != nil {
			require.Equal(r, contents[to], contents[len(contents)-1], "only what is so already is refused")
			return
		}
		w.agree(ben, p)
		require.Equal(r, contents[to], w.content())
	})
}

// content is what stations have of the national list, without versions.
func (w *world) content() map[string]string {
	w.Helper()
	out := map[string]string{}
	for key, row := range w.rows() {
		if !strings.HasPrefix(key, "a:") {
			continue
		}
		a, err := alerts.ParseRow(row)
		require.NoError(w, err)
		a.Version = 0
		raw, err := json.Marshal(a)
		require.NoError(w, err)
		out[key] = string(raw)
	}
	require.Len(w, out, w.info("national").Entries)
	return out
}
