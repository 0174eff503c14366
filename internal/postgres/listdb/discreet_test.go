package listdb_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
)

func secret(given, family string) alerts.Alert {
	a := wanted("", given, family)
	a.Secrecy, a.Action, a.Category = alerts.Discreet, alerts.ActionObserve, alerts.CategoryCheck
	return a
}

// keepSecret lets an agency list somebody discreetly.
func (w *world) keepSecret(a alerts.Alert) alerts.Alert {
	w.Helper()
	p := w.propose(cleo, a)
	require.Equal(w, "UTO-INTEL", p.Agency)
	w.agree(dan, p)
	page, err := w.lists.Find(w.Context(), dan, listdb.Query{Words: a.Subject.Names[0].Raw}, "test")
	require.NoError(w, err)
	require.Len(w, page.Rows, 1)
	return page.Rows[0]
}

// A discreet alert is nowhere but with its agency: no dataset, no list's version, no count, no page, no search, no history, no audit kind
// that others read.
func TestADiscreetAlertIsNowhere(t *testing.T) {
	w := newWorld(t)
	w.add(wanted("1", "Otto", "Other"))
	before, list := w.rows(), w.info("national")
	told, news := len(w.told), w.news
	a := w.keepSecret(secret("Anna", "Muster"))
	require.Equal(t, before, w.rows(), "byte for byte")
	require.Equal(t, list, w.info("national"))
	require.Len(t, w.told, told, "no station is nudged")
	require.Equal(t, news+1, w.news, "the centre's screening is")
	require.Equal(t, "UTO-INTEL", a.Owner)

	for _, other := range []listdb.Person{ana, frank, eve, {Actor: cleo.Actor}, {Actor: ana.Actor, Agency: "UTO-INTEL"}} {
		page, err := w.lists.Find(t.Context(), other, listdb.Query{}, "test")
		require.NoError(t, err)
		require.Equal(t, 1, page.Total, other.Name)
		require.Len(t, page.Rows, 1)
		for _, q := range []listdb.Query{{Words: "muster"}, {ID: a.ID}, {Document: a.Subject.Documents[0].Number}, {List: "national", Words: "anna"}} {
			page, err := w.lists.Find(t.Context(), other, q, "test")
			require.NoError(t, err)
			require.Zero(t, page.Total)
		}
		_, err = w.lists.Entry(t.Context(), other, "national", a.ID, "test")
		refused(t, err, "lists.unknown_alert")
		_, err = w.lists.ProposeStatus(t.Context(), other, "national", a.ID, alerts.Withdrawn, "x")
		require.Error(t, err)
		all, _, err := w.lists.Proposals(t.Context(), other, false, time.Time{}, uuid.Nil)
		require.NoError(t, err)
		require.Len(t, all, 1)
		versions, _, err := w.lists.Versions(t.Context(), other, "national", 0)
		require.NoError(t, err)
		require.Len(t, versions, 1)
		_, err = w.lists.Propose(t.Context(), other, secret("Anna", "Muster"), nil, "")
		if other.Agency != eve.Agency { // an agency lists for itself
			require.Error(t, err)
		}
	}
	require.Positive(t, w.audited("discreet:UTO-INTEL"))
	require.Zero(t, count(w, `select count(*) from audit where object_kind not like 'discreet:%' and object_id like '%`+a.ID+`%'`))
	mine := count(w, `select count(*) from audit where object_kind = 'discreet:UTO-INTEL' and verb in ('collection', 'alteration')`)
	require.Equal(t, 2, mine, "proposed and approved")
}

// The proposals of a discreet alert are not there for others, not even by their number.
func TestADiscreetProposalIsNotThereForOthers(t *testing.T) {
	w := newWorld(t)
	w.add()
	p := w.propose(cleo, secret("Anna", "Muster"))
	for _, other := range []listdb.Person{ana, frank, eve} {
		_, err := w.lists.Review(t.Context(), other, p.ID, listdb.Look{})
		refused(t, err, "lists.unknown")
		_, err = w.lists.Reject(t.Context(), other, p.ID, "no")
		require.Error(t, err)
		_, err = w.lists.Approve(t.Context(), other, p.ID)
		require.Error(t, err)
	}
	w.agree(dan, p)
}

// Neither an import nor an undo of the list touches, counts or tells of discreet alerts.
func TestImportAndUndoLeaveDiscreetAlertsAlone(t *testing.T) {
	w := newWorld(t)
	w.add(wanted("1", "Otto", "Other"))
	a := w.keepSecret(secret("Anna", "Muster"))
	w.add(wanted("2", "Olga", "Other"))
	p := w.imports(ana, true, wanted("1", "Otto", "Other"))
	require.Equal(t, listdb.Counts{Removed: 1, Unchanged: 1}, p.Counts)
	w.agree(ben, p)
	undo, err := w.lists.ProposeUndo(t.Context(), ana, "national", 1, "back")
	refused(t, err, "lists.nothing_new")
	require.Zero(t, undo.Counts.Changes())
	undo, err = w.lists.ProposeUndo(t.Context(), ana, "national", 2, "back")
	require.NoError(t, err)
	require.Equal(t, listdb.Counts{Added: 1}, undo.Counts)
	w.agree(ben, undo)
	_, err = w.lists.Entry(t.Context(), cleo, "national", a.ID, "test")
	require.NoError(t, err)
}

// An id that looks like a discreet alert's is refused to everybody, whether there is one or not: the refusal tells nothing.
func TestTheIDOfADiscreetAlertCannotBeProbed(t *testing.T) {
	w := newWorld(t)
	w.add()
	a := w.keepSecret(secret("Anna", "Muster"))
	for _, id := range []string{a.ID, strings.ToUpper(a.ID), "s-" + uuid.NewString()} {
		_, err := w.lists.Propose(t.Context(), ana, wanted(id, "Anna", "Muster"), nil, "")
		refused(t, err, "lists.id")
		p := w.imports(ana, false, wanted(id, "Anna", "Muster"), wanted("9", "Ok", "Ok"))
		require.Equal(t, 1, p.Counts.Refused)
		_, err = w.lists.Reject(t.Context(), ana, p.ID, "x")
		require.NoError(t, err)
	}
}

// Owners are warned of alerts that do not go together; of a discreet one only its own agency is.
func TestConflictsAreToldToWhoMayKnow(t *testing.T) {
	w := newWorld(t)
	w.add()
	w.keepSecret(secret("Anna", "Muster"))
	arrest := wanted("1", "Anna", "Muster")
	arrest.Category, arrest.Action = alerts.CategoryArrest, alerts.ActionDetain
	p := w.propose(ana, arrest)
	review, err := w.lists.Review(t.Context(), ben, p.ID, listdb.Look{})
	require.NoError(t, err)
	require.Empty(t, review.Rows[0].Conflicts, "who may not know of the discreet alert is not warned of it")
	review, err = w.lists.Review(t.Context(), dan, p.ID, listdb.Look{})
	require.NoError(t, err)
	require.Len(t, review.Rows[0].Conflicts, 1, "its agency is")
	require.Equal(t, alerts.ActionObserve, review.Rows[0].Conflicts[0].Action)
	w.agree(ben, p)
	page, err := w.lists.Find(t.Context(), cleo, listdb.Query{ID: "s-"}, "test")
	require.NoError(t, err)
	e, err := w.lists.Entry(t.Context(), cleo, "national", page.Rows[0].ID, "test")
	require.NoError(t, err)
	require.Len(t, e.Conflicts, 1)
	require.Equal(t, "national/1", e.Conflicts[0].Key)
	require.Equal(t, "name", e.Conflicts[0].By)

	specific := wanted("2", "ANNA", "muster")
	specific.Action, specific.Category = alerts.ActionSpecificCheck, alerts.CategoryCheck
	review, err = w.lists.Review(t.Context(), ben, w.propose(ana, specific).ID, listdb.Look{})
	require.NoError(t, err)
	require.Len(t, review.Rows[0].Conflicts, 1)
	stranger := specific
	stranger.ID = "3"
	stranger.Subject.Births = []alerts.Birth{{From: day("1999"), To: day("1999")}}
	stranger.Subject.Documents = nil
	review, err = w.lists.Review(t.Context(), ben, w.propose(ana, stranger).ID, listdb.Look{})
	require.NoError(t, err)
	require.Empty(t, review.Rows[0].Conflicts, "another birth is another person")
}

func TestIncompatible(t *testing.T) {
	of := func(c alerts.Category, a alerts.Action) alerts.Alert { return alerts.Alert{Category: c, Action: a} }
	observe, specific := of(alerts.CategoryCheck, alerts.ActionObserve), of(alerts.CategoryCheck, alerts.ActionSpecificCheck)
	inquiry := of(alerts.CategoryCheck, alerts.ActionInquiryCheck)
	for _, strong := range []alerts.Category{alerts.CategoryArrest, alerts.CategoryRefusal, alerts.CategoryMissing, alerts.CategoryJudicial} {
		for _, c := range []alerts.Alert{observe, specific, inquiry} {
			require.True(t, listdb.Incompatible(c, of(strong, alerts.ActionRefer)))
			require.True(t, listdb.Incompatible(of(strong, alerts.ActionRefer), c))
		}
	}
	require.True(t, listdb.Incompatible(observe, specific))
	require.False(t, listdb.Incompatible(observe, observe))
	require.False(t, listdb.Incompatible(of(alerts.CategoryArrest, alerts.ActionDetain), of(alerts.CategoryRefusal, alerts.ActionRefuse)))
	require.False(t, listdb.Incompatible(observe, of(alerts.CategorySanction, alerts.ActionRefer)))
}

// A version's row in the dataset never has the word of a discreet alert, whatever is done.
func TestTheFeedHasWhatTheDatasetHasNot(t *testing.T) {
	w := newWorld(t)
	w.add(wanted("1", "Otto", "Other"))
	w.keepSecret(secret("Anna", "Muster"))
	feed := listdb.NewFeed(w.db)
	var keys []string
	seq, err := feed.Each(t.Context(), func(a alerts.Alert) error { keys = append(keys, a.Subject.Names[0].Raw); return nil })
	require.NoError(t, err)
	require.Equal(t, []string{"Otto Other", "Anna Muster"}, keys)
	p, err := w.lists.ProposeStatus(t.Context(), ana, "national", "1", alerts.Withdrawn, "x")
	require.NoError(t, err)
	w.agree(ben, p)
	since, err := feed.Since(t.Context(), seq, 10)
	require.NoError(t, err)
	require.Len(t, since, 1)
	require.Equal(t, alerts.Withdrawn, since[0].Alert.Status)
	raw, err := json.Marshal(w.rows())
	require.NoError(t, err)
	require.NotContains(t, string(raw), "Muster")
}
