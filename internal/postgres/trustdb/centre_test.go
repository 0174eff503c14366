package trustdb_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/pki/pkitest"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

func TestFourEyes(t *testing.T) {
	w := newWorld(t)
	s := newState("UT", 1)
	p := w.propose(first, `C:\lists\csca.cer`, s.csca.DER)
	require.Equal(t, "csca.cer", p.File)
	require.Equal(t, map[trustdb.Effect]int{trustdb.EffectNew: 1}, p.Effect)
	require.Empty(t, w.items(), "nothing is published by a proposal")

	_, err := w.centre.Approve(t.Context(), first, p.ID)
	requireCode(t, err, "trust.four_eyes")
	sameLogin := first
	sameLogin.ID = uuid.NewString()
	_, err = w.centre.Approve(t.Context(), sameLogin, p.ID)
	requireCode(t, err, "trust.four_eyes")
	require.Equal(t, 2, w.count(`select count(*) from audit where verb = 'denied' and object_id = $1`, p.ID.String()))
	_, err = w.centre.Approve(t.Context(), analyst, p.ID)
	requireCode(t, err, "trust.not_allowed")
	_, err = w.centre.Approve(t.Context(), second, p.ID)
	requireCode(t, err, "trust.not_seen")
	require.Empty(t, w.items())
	require.False(t, w.see(first, p.ID).MayApprove, "not by the proposer")
	require.False(t, w.see(analyst, p.ID).MayApprove)

	approved := w.approve(p.ID)
	require.Equal(t, trustdb.Approved, approved.State)
	require.EqualValues(t, 1, approved.First)
	require.EqualValues(t, 1, approved.Last)
	require.Contains(t, w.items(), idOf(s.csca.DER))
	require.Equal(t, 1, w.told)
	require.Equal(t, 1, w.count(`select count(*) from ref_version where dataset = 'trust' and signed_by = 'second'`))
	require.Equal(t, 1, w.count(`select count(*) from audit where decision = 'propose_import' and actor = $1`, first.ID))
	require.Equal(t, 1, w.count(`select count(*) from audit where decision = 'approve_import' and actor = $1`, second.ID))
	_, err = w.centre.Approve(t.Context(), third, p.ID)
	requireCode(t, err, "trust.decided")

	_, err = w.db.Pool.Exec(t.Context(), `update trust_proposal set decided_by = proposed_by`)
	require.ErrorContains(t, err, "trust_four_eyes", "the database refuses it too")
}

func TestNobodyElseMayPropose(t *testing.T) {
	w := newWorld(t)
	for _, who := range []audit.Actor{analyst, {}, {ID: "console:root", Role: "installation"}} {
		_, err := w.centre.Propose(t.Context(), who, trustdb.Submission{File: "a", Data: newState("UT", 1).csca.DER, Origin: trust.Listed})
		requireCode(t, err, "trust.not_allowed")
		_, err = w.centre.ProposeWithdrawal(t.Context(), who, []string{}, "why")
		requireCode(t, err, "trust.not_allowed")
		_, err = w.centre.Reject(t.Context(), who, uuid.New(), "why")
		requireCode(t, err, "trust.not_allowed")
	}
}

// What was seen on an older version has to be looked at again: its effect may be another.
func TestAnotherApprovalBetween(t *testing.T) {
	w := newWorld(t)
	s := newState("UT", 1)
	p := w.propose(first, "csca.cer", s.csca.DER)
	w.see(second, p.ID)
	w.publish("other.cer", s.other.DER)
	_, err := w.centre.Approve(t.Context(), second, p.ID)
	requireCode(t, err, "trust.moved")
	require.EqualValues(t, 2, w.approve(p.ID).Last)
}

func TestProposalsThatAreRefused(t *testing.T) {
	w := newWorld(t)
	s := newState("UT", 1)
	propose := func(sub trustdb.Submission) error {
		_, err := w.centre.Propose(t.Context(), first, sub)
		return err
	}
	requireCode(t, propose(trustdb.Submission{File: "a", Data: []byte("x")}), "trust.origin")
	requireCode(t, propose(trustdb.Submission{File: "", Data: []byte("x"), Origin: trust.Listed}), "trust.file_name")
	requireCode(t, propose(trustdb.Submission{File: "a", Origin: trust.Listed}), "trust.file_empty")
	requireCode(t, propose(trustdb.Submission{File: "a", Data: []byte("nothing"), Origin: trust.Listed}), "trust.nothing_usable")
	requireCode(t, propose(trustdb.Submission{File: "a", Data: make([]byte, trustdb.MaxFile+1), Origin: trust.Listed}), "trust.file_too_large")

	w.propose(first, "csca.cer", s.csca.DER)
	requireCode(t, propose(trustdb.Submission{File: "again.cer", Data: s.csca.DER, Origin: trust.Bilateral}), "trust.file_pending")
	proposals, err := w.centre.Proposals(t.Context(), time.Time{}, uuid.Nil, 10)
	require.NoError(t, err)
	require.Len(t, proposals, 1)
	w.approve(proposals[0].ID)
	requireCode(t, propose(trustdb.Submission{File: "csca.cer", Data: s.csca.DER, Origin: trust.Bilateral}), "trust.file_known")
	require.Equal(t, 1, w.count(`select count(*) from trust_proposal`), "what changes nothing is not kept")
}

func TestMaterialThatFailsItsSignature(t *testing.T) {
	w := newWorld(t)
	s := newState("UT", 1)
	w.publish("csca.cer", s.csca.DER)
	list := s.list(signedAt, s.csca.DER, s.other.DER)
	list[len(list)-3] ^= 1
	sub := trustdb.Submission{File: "list.ml", Data: list, Origin: trust.Listed}
	_, err := w.centre.Propose(t.Context(), first, sub)
	requireCode(t, err, "trust.signature_fails")
	sub.Acknowledged = true
	p, err := w.centre.Propose(t.Context(), first, sub)
	require.NoError(t, err)
	require.True(t, p.Failed, "it is marked")
	r := w.see(second, p.ID)
	require.True(t, slices.ContainsFunc(r.Items, func(i trustdb.Planned) bool { return i.ID == idOf(s.other.DER) && i.Failed }))
	w.approve(p.ID)
	require.Equal(t, traveldoc.Fail, w.items()[idOf(s.other.DER)].Sources[0].Verified)
}

// An item from two places is one item with both sources, and a newer list of a signer takes the place of the older one.
func TestSourcesOfAnItem(t *testing.T) {
	w := newWorld(t)
	s := newState("UT", 1)
	w.publish("csca.cer", s.csca.DER)
	p := w.publish("list-1.ml", s.list(signedAt, s.csca.DER, s.other.DER))
	require.Equal(t, map[trustdb.Effect]int{trustdb.EffectNew: 1, trustdb.EffectSource: 1}, p.Effect)
	sources := w.items()[idOf(s.csca.DER)].Sources
	require.Len(t, sources, 2)
	require.Equal(t, trust.Bilateral, sources[0].Origin)
	require.Equal(t, traveldoc.Pass, sources[1].Verified, "the list's signer is anchored by what was published")

	more := newState("ZZ", 40)
	next := w.publish("list-2.ml", s.list(signedAt.AddDate(0, 1, 0), s.csca.DER, more.csca.DER))
	require.Equal(t, map[trustdb.Effect]int{trustdb.EffectNew: 1, trustdb.EffectSource: 1, trustdb.EffectWithdraw: 1}, next.Effect)
	items := w.items()
	require.NotContains(t, items, idOf(s.other.DER), "it stands on no list any more")
	require.Len(t, items[idOf(s.csca.DER)].Sources, 2)
	require.Equal(t, "list-2.ml", items[idOf(s.csca.DER)].Sources[1].List)

	e, err := w.centre.Entry(t.Context(), idOf(s.other.DER))
	require.NoError(t, err)
	require.Equal(t, next.Last, e.Withdrawn)
	require.Len(t, e.History, 2, "the list that brought it and the one that dropped it")
	_, err = w.centre.Propose(t.Context(), first, trustdb.Submission{File: "list-1.ml", Data: s.list(signedAt, s.csca.DER), Origin: trust.Listed})
	requireCode(t, err, "trust.nothing_new")
}

func TestCRLs(t *testing.T) {
	w := newWorld(t)
	s := newState("UT", 1)
	w.publish("csca.cer", s.csca.DER)
	older, newer := s.crl(noon.AddDate(0, -2, 0), 4), s.crl(noon.AddDate(0, -1, 0), 4, 5)
	w.publish("a.crl", older)
	p := w.publish("b.crl", newer)
	require.Equal(t, map[trustdb.Effect]int{trustdb.EffectNew: 1, trustdb.EffectWithdraw: 1}, p.Effect)
	items := w.items()
	require.NotContains(t, items, idOf(older))
	require.Contains(t, items, idOf(newer))
	_, err := w.centre.Propose(t.Context(), first, trustdb.Submission{File: "old.crl", Data: older, Origin: trust.Bilateral})
	requireCode(t, err, "trust.file_known")

	forger := newState("UT", 1)
	forger.csca.Key = key(99) // another key under the same name cannot push the good list out
	forgery := forger.crl(noon)
	forged := w.publish("forged.crl", forgery)
	require.Equal(t, traveldoc.Inconclusive, forged.Report.Signature.Verdict)
	require.Contains(t, w.items(), idOf(newer))
	out, err := w.centre.ProposeWithdrawal(t.Context(), first, []string{idOf(forgery)}, "nobody vouches for it")
	require.NoError(t, err)
	w.approve(out.ID)

	o, err := w.centre.Overview(t.Context())
	require.NoError(t, err)
	require.Len(t, o.CRLs, 1)
	require.False(t, o.CRLs[0].Expired(noon))
	require.True(t, o.CRLs[0].Expired(noon.AddDate(0, 3, 0)))
	e, err := w.centre.Entry(t.Context(), idOf(newer))
	require.NoError(t, err)
	require.Equal(t, 2, e.Revoked)
	e, err = w.centre.Entry(t.Context(), idOf(older))
	require.NoError(t, err)
	require.Nil(t, e.DER, "a replaced list is not kept")
}

func TestWithdrawal(t *testing.T) {
	w := newWorld(t)
	s := newState("UT", 1)
	w.publish("csca.cer", s.csca.DER)
	_, err := w.centre.ProposeWithdrawal(t.Context(), first, []string{idOf(s.csca.DER)}, " ")
	requireCode(t, err, "trust.why")
	_, err = w.centre.ProposeWithdrawal(t.Context(), first, []string{idOf(s.other.DER)}, "not there")
	requireCode(t, err, "trust.unknown")
	p, err := w.centre.ProposeWithdrawal(t.Context(), first, []string{idOf(s.csca.DER)}, "key compromised")
	require.NoError(t, err)
	require.Contains(t, w.items(), idOf(s.csca.DER), "not before a second person agrees")
	_, err = w.centre.Approve(t.Context(), first, p.ID)
	requireCode(t, err, "trust.four_eyes")
	done := w.approve(p.ID)
	require.Empty(t, w.items())
	require.EqualValues(t, 2, done.Last)
	require.Equal(t, 1, w.count(`select count(*) from audit where decision = 'approve_withdrawal' and justification = 'key compromised'`))

	again := w.publish("csca.cer", s.csca.DER)
	require.Equal(t, map[trustdb.Effect]int{trustdb.EffectNew: 1}, again.Effect, "it can come back")
}

func TestRejection(t *testing.T) {
	w := newWorld(t)
	s := newState("UT", 1)
	p := w.propose(first, "csca.cer", s.csca.DER)
	_, err := w.centre.Reject(t.Context(), second, p.ID, "")
	requireCode(t, err, "trust.why")
	r, err := w.centre.Reject(t.Context(), second, p.ID, "not what the embassy handed over")
	require.NoError(t, err)
	require.Equal(t, trustdb.Rejected, r.State)
	require.Empty(t, w.items())
	require.Zero(t, w.count(`select count(*) from trust_item where content is not null`), "what nobody needs is not kept")
	require.Equal(t, 1, w.count(`select count(*) from audit where decision = 'reject' and justification like 'not what%'`))
	w.publish("csca.cer", s.csca.DER)
	require.Contains(t, w.items(), idOf(s.csca.DER))
	history, err := w.centre.Proposals(t.Context(), time.Time{}, uuid.Nil, 10)
	require.NoError(t, err)
	require.Len(t, history, 2)
}

func TestFind(t *testing.T) {
	w := newWorld(t)
	s := newState("UT", 1)
	w.publish("csca.cer", s.csca.DER)
	w.publish("other.cer", s.other.DER)
	w.publish("dsc.cer", s.dsc.DER)
	found := func(q trustdb.Query) (subjects []string) {
		q.Limit = 10
		page, total, err := w.centre.Find(t.Context(), q)
		require.NoError(t, err)
		require.Len(t, page, total)
		for _, p := range page {
			subjects = append(subjects, p.Subject)
		}
		return subjects
	}
	require.Len(t, found(trustdb.Query{}), 3)
	require.Equal(t, []string{"C=XY, O=Government, CN=CSCA Elsewhere"}, found(trustdb.Query{Country: "xy"}))
	require.Equal(t, []string{"C=XY, O=Government, CN=CSCA Elsewhere"}, found(trustdb.Query{Words: "elsewhere"}))
	require.Len(t, found(trustdb.Query{Kind: trust.DSC}), 1)
	id := idOf(s.dsc.DER)
	require.Len(t, found(trustdb.Query{Words: id[:4] + ":" + id[4:8] + " " + id[8:12]}), 1)
	full, err := w.centre.ByPrefix(t.Context(), id[:10])
	require.NoError(t, err)
	require.Equal(t, id, full)
	page, total, err := w.centre.Find(t.Context(), trustdb.Query{Limit: 2})
	require.NoError(t, err)
	require.Equal(t, 3, total)
	rest, _, err := w.centre.Find(t.Context(), trustdb.Query{Limit: 2, After: page[1].ID})
	require.NoError(t, err)
	require.Len(t, rest, 1)
	_, err = w.centre.Entry(t.Context(), "nothing")
	requireCode(t, err, "trust.unknown")
}

func TestRealMasterLists(t *testing.T) {
	w := newWorld(t)
	list := realFile(t, "DE_ML_2025-06-25-09-31-57.ml")
	root, err := pki.ParseCertificate(realFile(t, "DE_ROOT_CA_CSCA07.cer"))
	require.NoError(t, err)
	p, err := w.centre.Propose(t.Context(), first, trustdb.Submission{
		File: "DE_ML.ml", Data: list, Origin: trust.Listed, Anchors: []*pki.Certificate{root}, Remark: "fetched from the BSI",
	})
	require.NoError(t, err)
	require.Equal(t, traveldoc.Pass, p.Report.Signature.Verdict, p.Report.Signature.Reason)
	require.Greater(t, p.Effect[trustdb.EffectNew], 500)
	require.Len(t, p.Anchors, 1)
	done := w.approve(p.ID)
	require.Greater(t, done.Last, done.First, "more than one version carries")
	require.Len(t, w.items(), p.Effect[trustdb.EffectNew])
	require.LessOrEqual(t, w.count(`select max(n) from (select count(*) n from ref_change where dataset = 'trust' group by version) v`), 1000)
	require.LessOrEqual(t, w.count(`select max(n) from (select sum(octet_length(row::text)) n from ref_change where dataset = 'trust' group by version) v`), 256<<10)

	dutch := realFile(t, "NL_ML_2025-12-20.ml")
	next := w.publish("NL_ML.ml", dutch)
	require.Positive(t, next.Effect[trustdb.EffectSource], "the two lists share certificates")
	require.Zero(t, next.Effect[trustdb.EffectWithdraw])
}

// More than a page: who saw the first page only has not seen what he approves.
func TestAllPagesHaveToBeSeen(t *testing.T) {
	w := newWorld(t)
	k := key(5)
	var ders [][]byte
	for n := range trustdb.PageSize + 1 {
		ders = append(ders, pkitest.CSCA(seeded(byte(n)), pkitest.NameOf("AA", fmt.Sprintf("CSCA %d", n)), k).DER)
	}
	p, err := w.centre.Propose(t.Context(), first, trustdb.Submission{File: "raw.ml", Data: pkitest.MasterList(ders...), Origin: trust.Listed})
	require.NoError(t, err)
	require.Equal(t, map[trustdb.Effect]int{trustdb.EffectNew: len(ders)}, p.Effect)
	look := func(from int) trustdb.Review {
		r, err := w.centre.Review(t.Context(), second, p.ID, from)
		require.NoError(t, err)
		return r
	}
	require.False(t, look(trustdb.PageSize).MayApprove, "the last page alone")
	require.False(t, look(0).MayApprove)
	_, err = w.centre.Approve(t.Context(), second, p.ID)
	requireCode(t, err, "trust.not_seen")
	require.True(t, look(trustdb.PageSize).MayApprove)
	done, err := w.centre.Approve(t.Context(), second, p.ID)
	require.NoError(t, err)
	require.Greater(t, done.Last, done.First)
	require.Len(t, w.items(), len(ders))
}
