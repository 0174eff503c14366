package listdb_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
)

// An owner's people keep the lists of their agency and no others'; supervisors keep all; everybody's attempts to approve are in the audit log.
func TestAnAgencyKeepsItsOwnLists(t *testing.T) {
	w := newWorld(t)
	w.add(wanted("1", "Otto", "Other")) // owned by UTO-POLICE
	gil, homeless := person(7, "gil", "list_owner", "UTO-POLICE"), person(8, "hal", "list_owner", "")
	a := wanted("2", "Anna", "Muster")
	for _, other := range []listdb.Person{cleo, homeless, {Actor: ana.Actor, Agency: "UTO-INTEL"}} {
		_, err := w.lists.Propose(t.Context(), other, a, nil, "")
		refused(t, err, "lists.other_agency")
		_, err = w.lists.ProposeStatus(t.Context(), other, "national", "1", alerts.Withdrawn, "no")
		refused(t, err, "lists.other_agency")
		s := national()
		s.Owner = "UTO-INTEL"
		_, err = w.lists.ProposeSettings(t.Context(), other, s, "")
		refused(t, err, "lists.other_agency")
		_, err = w.lists.NewUpload(t.Context(), other, listdb.Submission{List: "national", File: "x.csv"})
		refused(t, err, "lists.other_agency")
	}
	require.Equal(t, 1, count(w, "select count(*) from list_proposal"), "nothing stays of what was refused")

	p := w.propose(eve, a)
	review, err := w.lists.Review(t.Context(), cleo, p.ID, listdb.Look{})
	require.NoError(t, err)
	require.False(t, review.MayApprove || review.MayReject)
	_, err = w.lists.Approve(t.Context(), cleo, p.ID)
	refused(t, err, "lists.other_agency")
	_, err = w.lists.Reject(t.Context(), cleo, p.ID, "no")
	refused(t, err, "lists.other_agency")
	require.Equal(t, 1, count(w, "select count(*) from audit where verb = 'denied' and decision = 'other_agency'"))
	w.agree(gil, p)
	changed := wanted("2", "Anna", "Muster")
	changed.Contact, changed.Version = "desk", 1
	w.agree(eve, w.propose(ana, changed)) // a supervisor and the owner are two persons
	undo := func(by listdb.Person) error {
		_, err := w.lists.ProposeUndo(t.Context(), by, "national", 1, "wrong")
		return err
	}
	refused(t, undo(cleo), "lists.other_agency")
	require.NoError(t, undo(eve))

	own := listdb.List{ID: "intel", Title: "Intel", Owner: "UTO-INTEL", Policy: alerts.DefaultPolicy()}
	founded, err := w.lists.ProposeSettings(t.Context(), cleo, own, "")
	require.NoError(t, err)
	w.agree(dan, founded)
	own.Owner = "UTO-POLICE"
	_, err = w.lists.ProposeSettings(t.Context(), cleo, own, "")
	refused(t, err, "lists.other_agency")
	given, err := w.lists.ProposeSettings(t.Context(), ana, own, "")
	require.NoError(t, err)
	w.agree(ben, given)
	_, err = w.lists.NewUpload(t.Context(), cleo, listdb.Submission{List: "intel", File: "x.csv"})
	refused(t, err, "lists.other_agency")
	up, err := w.lists.NewUpload(t.Context(), eve, listdb.Submission{List: "intel", File: "x.csv"})
	require.NoError(t, err)
	require.NoError(t, up.Part(t.Context(), listdb.PartFile, strings.NewReader("x")))
	require.NoError(t, up.Discard(t.Context()))
}
